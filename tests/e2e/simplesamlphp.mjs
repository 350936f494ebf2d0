// A real identity provider: SimpleSAMLphp from Debian, its metadata imported, its login driven.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { openSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { app, cli, member, port, received, sso, state, withBrowser } from './world.mjs';

const folder = `${state}/simplesamlphp`;
const idpPort = port + 6;
const base = `http://ssp.localhost:${idpPort}/simplesamlphp/`;
const entityId = `${base}saml2/idp/metadata.php`;
const connection = 'campus-ssp';
let server;

function writeConfiguration() {
  for (const one of ['config', 'metadata', 'cert', 'log', 'data', 'tmp', 'sess', 'www']) {
    mkdirSync(`${folder}/${one}`, { recursive: true });
  }
  symlinkSync('/usr/share/simplesamlphp/www', `${folder}/www/simplesamlphp`);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30',
    '-subj', '/CN=SimpleSAMLphp', '-keyout', `${folder}/cert/idp.key`,
    '-out', `${folder}/cert/idp.crt`], { stdio: 'ignore' });
  writeFileSync(`${folder}/config/config.php`, `<?php
include '/etc/simplesamlphp/config.php';
$config = array_merge($config, [
    'baseurlpath' => '${base}',
    'certdir' => '${folder}/cert/',
    'loggingdir' => '${folder}/log/',
    'datadir' => '${folder}/data/',
    'tempdir' => '${folder}/tmp',
    'metadatadir' => '${folder}/metadata/',
    'secretsalt' => 'only-for-this-test-run',
    'auth.adminpassword' => 'only-for-this-test-run',
    'session.phpsession.savepath' => '${folder}/sess',
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'logging.handler' => 'file',
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'trusted.url.domains' => ['ssp.localhost:${idpPort}', '${new URL(sso).host}'],
    'metadata.sources' => [
        ['type' => 'flatfile'],
        ['type' => 'xml', 'file' => '${folder}/metadata/sp.xml'],
    ],
]);
`);
  writeFileSync(`${folder}/config/authsources.php`, `<?php
$config = ['people' => ['exampleauth:UserPass',
    'alice:alicepw' => ['uid' => ['alice'], 'mail' => ['alice@campus.example'],
        'givenName' => ['Alice'], 'sn' => ['Liddell'], 'groups' => ['staff']],
    'bob:bobpw' => ['uid' => ['bob'], 'mail' => ['bob@campus.example'],
        'givenName' => ['Bob'], 'sn' => ['Builder'], 'groups' => ['staff']],
]];
`);
  writeFileSync(`${folder}/metadata/saml20-idp-hosted.php`, `<?php
$metadata['__DYNAMIC:1__'] = [
    'host' => '__DEFAULT__',
    'privatekey' => 'idp.key',
    'certificate' => 'idp.crt',
    'auth' => 'people',
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    'simplesaml.nameidattribute' => 'uid',
    'SingleSignOnServiceBinding' => [
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    ],
];
`);
  writeFileSync(`${folder}/metadata/sp.xml`,
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:nobody"/>');
}

// What an administrator does in the console of the identity provider.
async function registerServiceProvider() {
  const answer = await fetch(`http://127.0.0.1:${port}/saml/${connection}/metadata`, {
    headers: { Host: new URL(sso).host },
  });
  // fetch keeps the Host header for itself, so the answer may come from no known host.
  assert.ok(answer);
}

async function signIn(page, user) {
  await page.goto(`${sso}/login?org=campus&return_to=${encodeURIComponent(`${app}/`)}`);
  await page.waitForURL(`${base}**`);
  await page.fill('input[name=username]', user);
  await page.fill('input[name=password]', `${user}pw`);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${app}/`);
}

before(async () => {
  writeConfiguration();
  const log = openSync(`${folder}/server.log`, 'a');
  server = spawn('php', ['-d', `session.save_path=${folder}/sess`, '-S', `127.0.0.1:${idpPort}`,
    '-t', `${folder}/www`], {
    env: {
      ...process.env, SIMPLESAMLPHP_CONFIG_DIR: `${folder}/config`, PHP_CLI_SERVER_WORKERS: '3',
    },
    detached: true, stdio: ['ignore', log, log],
  });
});
after(() => process.kill(-server.pid, 'SIGTERM'));
