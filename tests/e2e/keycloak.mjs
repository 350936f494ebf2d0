// A real identity provider: Keycloak, set up through its own administration API as a person would
// in its console. tests/e2e/run starts it beside the other tests, because that takes a while.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { app, cli, member, port, received, sso, state, withBrowser } from './world.mjs';

const idpPort = port + 7;
const base = `http://keycloak.localhost:${idpPort}`;
const realm = `${base}/realms/guild`;
const connection = 'guild-keycloak';
const descriptor = `http://127.0.0.1:${idpPort}/realms/guild/protocol/saml/descriptor`;
const people = {
  alma: ['Alma', 'Ruiz'], bela: ['Bela', 'Kiss'], cleo: ['Cleo', 'Marsh'], dora: ['Dora', 'Lind'],
  emil: ['Emil', 'Roth'],
};
let unavailable;  // why there is no Keycloak here

async function untilItAnswers() {
  for (const deadline = Date.now() + 240_000; Date.now() < deadline;) {
    const why = `${state}/keycloak/unavailable`;
    if (existsSync(why)) {
      unavailable = `Keycloak cannot be had: ${readFileSync(why, 'utf8').trim()}`;
      return;
    }
    if (existsSync(`${state}/keycloak/ended`)) break;
    if (await fetch(`${base}/realms/master`).then((answer) => answer.ok, () => false)) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  assert.fail(`Keycloak does not answer: ${state}/keycloak.log`);
}

async function administratorToken() {
  const answer = await fetch(`${base}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password', client_id: 'admin-cli', username: 'admin',
      password: 'only-for-this-test-run',
    }),
  });
  return (await answer.json()).access_token;
}

// One request to the administration API: `method` with `body`, as JSON unless it is text.
async function administer(method, path, body) {
  const token = await administratorToken();
  const answer = await fetch(`${base}/admin/realms${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

const attributeMapper = (attribute, property) => ({
  name: attribute,
  protocol: 'saml',
  protocolMapper: 'saml-user-property-mapper',
  config: {
    'user.attribute': property, 'attribute.name': attribute, 'attribute.nameformat': 'Basic',
  },
});

const mappers = [
  attributeMapper('email', 'email'), attributeMapper('firstName', 'firstName'),
  attributeMapper('lastName', 'lastName'),
];

// "Import client" in the console: our metadata makes the client. `changes` are its switches.
async function importClient(changes = {}) {
  const metadata = await (await fetch(`${sso}/saml/${connection}/metadata`)).text();
  const client = await administer('POST', '/guild/client-description-converter', metadata);
  for (const old of await administer('GET', '/guild/clients?search=true&clientId=/saml/')) {
    if (old.clientId === client.clientId) await administer('DELETE', `/guild/clients/${old.id}`);
  }
  await administer('POST', '/guild/clients', {
    ...client,
    attributes: { ...client.attributes, 'saml.authnstatement': 'true', ...changes },
    protocolMappers: mappers,
  });
  return client;
}

async function typePassword(page, user) {
  await page.waitForURL(`${base}/**`);
  await page.fill('#username', user);
  await page.fill('#password', `${user}pw`);
  await page.click('#kc-login');
}

const signInUrl = `${sso}/login?org=guild&return_to=${encodeURIComponent(`${app}/`)}`;

// Signs `user` in; returns the Response that the browser carried.
async function signIn(page, user) {
  let message;
  page.on('request', (request) => {
    if (request.url() === `${sso}/saml/${connection}/acs`) message = request.postData();
  });
  await page.goto(signInUrl);
  await typePassword(page, user);
  await page.waitForURL(`${app}/`);
  return Buffer.from(new URLSearchParams(message).get('SAMLResponse'), 'base64').toString();
}

async function isMember(page, user) {
  const [first, last] = people[user];
  assert.equal(await page.locator('#name').textContent(), `${first} ${last}`);
  assert.equal((await received(page))('remote-user'), `${user}@guild.example`);
  const found = await member('guild', `${user}@guild.example`);
  assert.deepEqual(found.roles, ['viewer']);
  assert.equal(found.managed_by, 'jit');
  assert.equal(found.status, 'active');
}

// The name in the audit of what refused the sign-in.
async function refusal(page, user) {
  const answered = page.waitForResponse((one) => one.url() === `${sso}/saml/${connection}/acs`);
  await page.goto(signInUrl);
  await typePassword(page, user);
  const answer = await answered;
  assert.equal(answer.status(), 400);
  assert.equal((await page.request.get(`${sso}/session`)).status(), 401);
  const records = await cli('audit', 'list', '--org', 'guild');
  return records.filter((one) => one.action === 'login.rejected').at(-1).rule;
}

const signatureOf = /<(?:\w+:)?Signature\b/g;
// Which elements carry a signature as their child.
function signed(xml) {
  const assertion = xml.slice(xml.search(/<(?:\w+:)?Assertion\b/));
  const inAssertion = (assertion.match(signatureOf) ?? []).length;
  return { response: (xml.match(signatureOf) ?? []).length > inAssertion, assertion: inAssertion > 0 };
}

// A test that counts as skipped, with the reason, where Keycloak cannot be had.
const itMay = (name, work) =>
  test(name, (t) => (unavailable ? t.skip(unavailable) : withBrowser(work)));

describe('Keycloak', () => {
  before(async () => {
    await untilItAnswers();
    if (unavailable) return;
    await administer('POST', '', {
      realm: 'guild',
      enabled: true,
      sslRequired: 'none',
      users: Object.entries(people).map(([username, [firstName, lastName]]) => ({
        username, firstName, lastName, email: `${username}@guild.example`, emailVerified: true,
        enabled: true, credentials: [{ type: 'password', value: `${username}pw` }],
      })),
    });
    await cli('org', 'create', 'guild', '--name', 'Guild');
    await cli('domain', 'add', 'guild.example', '--org', 'guild');
    await cli('domain', 'verify', 'guild.example', '--trust');
    const made = await cli('connection', 'create', '--org', 'guild', '--id', connection,
      '--preset', 'generic', '--metadata', descriptor);
    assert.equal(made.idp_entity_id, realm);
    for (const deadline = Date.now() + 2000; Date.now() < deadline;) {
      if ((await fetch(made.metadata_url)).ok) break;
      await new Promise((done) => setTimeout(done, 50));
    }
  });

  itMay('signs a person in, who becomes a member and may read', async (page) => {
    await importClient({ 'saml.server.signature': 'true', 'saml.assertion.signature': 'true' });
    await page.goto(`${app}/`);
    await page.getByLabel('Work e-mail').fill('alma@guild.example');
    await page.keyboard.press('Enter');
    await typePassword(page, 'alma');
    await page.waitForURL(`${app}/`);
    await isMember(page, 'alma');
  });

  itMay('a signed Response alone is enough', async (page) => {
    await importClient({ 'saml.server.signature': 'true', 'saml.assertion.signature': 'false' });
    assert.deepEqual(signed(await signIn(page, 'bela')), { response: true, assertion: false });
    await isMember(page, 'bela');
  });

  itMay('a signed Assertion alone is enough', async (page) => {
    await importClient({ 'saml.server.signature': 'false', 'saml.assertion.signature': 'true' });
    assert.deepEqual(signed(await signIn(page, 'cleo')), { response: false, assertion: true });
    await isMember(page, 'cleo');
  });

  itMay('checks signed requests that come by POST', async (page) => {
    await cli('connection', 'set', connection, '--binding', 'post', '--sign-requests', 'on');
    let client;
    for (const deadline = Date.now() + 3000; Date.now() < deadline;) {
      client = await importClient();
      if (client.attributes['saml.client.signature'] === 'true') break;
    }
    assert.equal(client.attributes['saml.client.signature'], 'true');
    assert.ok(client.attributes['saml.signing.certificate']);
    let request;
    page.on('request', (one) => {
      if (one.method() === 'POST' && one.url() === `${realm}/protocol/saml`) {
        request ??= one.postData();
      }
    });
    await signIn(page, 'dora');
    await isMember(page, 'dora');
    const xml = Buffer.from(new URLSearchParams(request).get('SAMLRequest'), 'base64').toString();
    assert.match(xml, /<ds:SignatureValue/);
  });

  itMay('what nobody signed signs nobody in', async (page) => {
    await importClient({ 'saml.server.signature': 'false', 'saml.assertion.signature': 'false' });
    assert.equal(await refusal(page, 'emil'), 'NOT_SIGNED');
  });

  itMay('a client without AuthnStatement is refused by name', async (page) => {
    await importClient({ 'saml.server.signature': 'true', 'saml.authnstatement': 'false' });
    assert.equal(await refusal(page, 'emil'), 'NO_AUTHN_STATEMENT');
  });
});
