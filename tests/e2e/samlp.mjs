// Another real identity provider: samlp from npm, with a few lines of express around it. Its keys and
// its XML are its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { app, cli, member, port, received, sso, state, withBrowser } from './world.mjs';

const folder = `${state}/samlp`;
const idpPort = port + 8;
const base = `http://samlp.localhost:${idpPort}`;
const connection = 'studio-samlp';
const acs = `${sso}/saml/${connection}/acs`;
const people = {
  ida: { id: 's-1001', mail: 'ida@studio.example', first: 'Ida', last: 'Noor' },
  jan: { id: 's-1002', mail: 'jan@studio.example', first: 'Jan', last: 'Vos' },
  kim: { id: 's-1003', mail: 'kim@studio.example', first: 'Kim', last: 'Oh' },
  lea: { id: 's-1004', mail: 'lea@studio.example', first: 'Lea', last: 'Fox' },
};
let server;
let unavailable;  // why there is no samlp here
let signing = {};  // how the next Response is signed

// samlp calls it with `new`, and reads `metadata` from its prototype.
function ProfileMapper(person) {
  const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';
  this.getClaims = () => ({
    [`${claims}emailaddress`]: person.mail,
    [`${claims}givenname`]: person.first,
    [`${claims}surname`]: person.last,
  });
  this.getNameIdentifier = () => ({
    nameIdentifier: person.id,
    nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  });
}
ProfileMapper.prototype.metadata = [];

function identityProvider(express, samlp) {
  const options = () => ({
    issuer: `${base}/metadata`,
    cert: readFileSync(`${folder}/idp.crt`), key: readFileSync(`${folder}/idp.key`),
    redirectEndpointPath: '/sso', postEndpointPath: '/sso',
    profileMapper: (person) => new ProfileMapper(person),
    getUserFromRequest: (request) => people[request.query.person],
    getPostURL: (audience, request, http, done) => done(null, acs),
    destination: acs, recipient: acs, sessionIndex: '_s1', ...signing,
  });
  const idp = express();
  idp.use(express.urlencoded({ extended: false, limit: '1mb' }));
  const described = { ...options(), profileMapper: ProfileMapper };
  idp.get('/metadata', samlp.metadata(described));
  idp.all('/sso', (request, response, next) => {
    if (request.query.person) return samlp.auth(options())(request, response, next);
    const fields = { ...request.query, ...request.body };
    const hidden = Object.entries(fields).map(([name, value]) =>
      `<input type="hidden" name="${name}" value="${value.replace(/[&"<]/g, (c) => `&#${c.charCodeAt(0)};`)}">`);
    return response.send(`<form method="${request.method}" action="/sso">${hidden.join('')}
      ${Object.keys(people).map((who) => `<button name="person" value="${who}"
        formaction="/sso?person=${who}">${who}</button>`).join('')}</form>`);
  });
  return idp;
}

// Signs `who` in; the Response that the browser carried.
async function signIn(page, who) {
  let message;
  page.on('request', (request) => {
    if (request.url() === acs) message = request.postData();
  });
  await page.goto(`${sso}/login?org=studio&return_to=${encodeURIComponent(`${app}/`)}`);
  await page.waitForURL(`${base}/**`);
  await page.getByRole('button', { name: who }).click();
  await page.waitForURL(`${app}/`);
  return Buffer.from(new URLSearchParams(message).get('SAMLResponse'), 'base64').toString();
}

async function isMember(page, who) {
  const { mail, first, last } = people[who];
  assert.equal(await page.locator('#name').textContent(), `${first} ${last}`);
  assert.equal((await received(page))('remote-user'), mail);
  const found = await member('studio', mail);
  assert.deepEqual(found.roles, ['viewer']);
  assert.equal(found.managed_by, 'jit');
}

// A test that counts as skipped, with the reason, where samlp cannot be had.
const itMay = (name, work) =>
  test(name, (t) => (unavailable ? t.skip(unavailable) : withBrowser(work)));

describe('samlp', () => {
  before(async () => {
    let express, samlp;
    try {
      express = (await import('express')).default;
      samlp = (await import('samlp')).default;
    } catch (error) {
      unavailable = `samlp cannot be had from npm: ${error.message}`;
      return;
    }
    mkdirSync(folder, { recursive: true });
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30',
      '-subj', '/CN=samlp', '-keyout', `${folder}/idp.key`, '-out', `${folder}/idp.crt`],
    { stdio: 'ignore' });
    server = identityProvider(express, samlp).listen(idpPort, '127.0.0.1');
    await new Promise((done) => { server.once('listening', done); });

    await cli('org', 'create', 'studio', '--name', 'Studio');
    await cli('domain', 'add', 'studio.example', '--org', 'studio');
    await cli('domain', 'verify', 'studio.example', '--trust');
    // Its endpoints are named after the Host that asks, so the document is fetched by its name.
    const metadata = `${folder}/metadata.xml`;
    writeFileSync(metadata, await (await fetch(`${base}/metadata`)).text());
    const made = await cli('connection', 'create', '--org', 'studio', '--id', connection,
      '--preset', 'generic', '--metadata', metadata);
    assert.equal(made.idp_entity_id, `${base}/metadata`);
    assert.equal(made.acs_url, acs);
  });
  after(() => {
    server?.closeAllConnections();
    server?.close();
  });

  itMay('signs a person in by a signed Assertion, who becomes a member and may read',
    async (page) => {
      assert.equal((await signIn(page, 'ida')).match(/<Signature\b/g).length, 1);
      await isMember(page, 'ida');
    });

  itMay('takes a signed Response', async (page) => {
    signing = { signResponse: true, signAssertion: false };
    const xml = await signIn(page, 'jan');
    assert.ok(xml.indexOf('<Signature') < xml.indexOf('Assertion '));
    await isMember(page, 'jan');
  });

  itMay('takes both signatures', async (page) => {
    signing = { signResponse: true, signAssertion: true };
    assert.equal((await signIn(page, 'kim')).match(/<Signature\b/g).length, 2);
    await isMember(page, 'kim');
  });

  itMay('reads requests that come by POST', async (page) => {
    signing = {};
    await cli('connection', 'set', connection, '--binding', 'post');
    await new Promise((done) => setTimeout(done, 1000));  // a running server sees it by then
    const posted = page.waitForRequest((one) => one.method() === 'POST' && one.url() === `${base}/sso`);
    await signIn(page, 'lea');
    assert.ok(new URLSearchParams((await posted).postData()).get('SAMLRequest'));
    await isMember(page, 'lea');
  });
});
