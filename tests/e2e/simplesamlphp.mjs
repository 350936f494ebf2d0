// A real identity provider: SimpleSAMLphp from Debian, its metadata imported, its login driven.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
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
    'metadata.sources' => [['type' => 'flatfile']],
]);
if (is_file('${folder}/metadata/sp.xml')) {
    $config['metadata.sources'][] = ['type' => 'xml', 'file' => '${folder}/metadata/sp.xml'];
}
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
}

// What an administrator does at the identity provider: the service provider's metadata goes in.
async function registerServiceProvider() {
  const answer = await fetch(`${sso}/saml/${connection}/metadata`);
  assert.equal(answer.status, 200);
  const metadata = await answer.text();
  writeFileSync(`${folder}/metadata/sp.xml`, metadata);
  return metadata;
}

async function answers(url) {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    if (await fetch(url).then((answer) => answer.ok, () => false)) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`${url} does not answer`);
}

// At the login page of the identity provider.
async function logIn(page, user) {
  await page.waitForURL(`${base}**`);
  await page.fill('input[name=username]', user);
  await page.fill('input[name=password]', `${user}pw`);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${app}/`);
}

describe('SimpleSAMLphp', () => {
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
    await answers(entityId);

    await cli('org', 'create', 'campus', '--name', 'Campus');
    await cli('domain', 'add', 'campus.example', '--org', 'campus');
    await cli('domain', 'verify', 'campus.example', '--trust');
    const made = await cli('connection', 'create', '--org', 'campus', '--id', connection,
      '--preset', 'generic', '--metadata',
      `http://127.0.0.1:${idpPort}/simplesamlphp/saml2/idp/metadata.php`);
    assert.equal(made.idp_entity_id, entityId);
    assert.equal(made.acs_url, `${sso}/saml/${connection}/acs`);
    await answers(made.metadata_url);
  });
  after(() => process.kill(-server.pid, 'SIGTERM'));

  test('signs a person in, who becomes a member and may read', () =>
    withBrowser(async (page) => {
      await registerServiceProvider();
      await page.goto(`${app}/`);
      await page.getByLabel('Work e-mail').fill('alice@campus.example');
      await page.keyboard.press('Enter');
      await logIn(page, 'alice');
      assert.equal(await page.locator('#name').textContent(), 'Alice Liddell');
      assert.equal((await received(page))('remote-user'), 'alice@campus.example');
      const alice = await member('campus', 'alice@campus.example');
      assert.deepEqual(alice.roles, ['viewer']);
    }));

  test('checks signed requests that come by POST', () =>
    withBrowser(async (page) => {
      await cli('connection', 'set', connection, '--binding', 'post', '--sign-requests', 'on');
      let metadata = '';
      for (const deadline = Date.now() + 2000; Date.now() < deadline;) {
        metadata = await registerServiceProvider();
        if (metadata.includes('AuthnRequestsSigned="true"')) break;
        await new Promise((done) => setTimeout(done, 100));
      }
      assert.match(metadata, /AuthnRequestsSigned="true"/);
      await new Promise((done) => setTimeout(done, 3000));  // SimpleSAMLphp sees the file by then

      let request;
      page.on('request', (one) => {
        if (one.method() === 'POST' && one.url().startsWith(base)) request ??= one.postData();
      });
      await page.goto(`${sso}/login?org=campus&return_to=${encodeURIComponent(`${app}/`)}`);
      await logIn(page, 'bob');
      assert.equal(await page.locator('#name').textContent(), 'Bob Builder');
      const xml = Buffer.from(new URLSearchParams(request).get('SAMLRequest'), 'base64').toString();
      assert.match(xml, /<ds:SignatureValue/);
    }));
});
