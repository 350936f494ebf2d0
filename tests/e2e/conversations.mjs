// What a person sees after a rule said "not like this": an invitation, an approval, and the
// question whether two sign-ins are one person's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { choose, cli, member, picture, sso, state, withBrowser } from './world.mjs';

const metadataUrl = (vendor) =>
  readFileSync(`${state}/stack/idp/metadata-urls`, 'utf8')
    .split('\n').map((line) => line.split(' ')).find(([name]) => name === vendor)[1];

// An organisation with a verified domain and two identity providers of the demo.
async function organisation(slug, policy) {
  await cli('org', 'create', slug, '--name', 'Hooli');
  await cli('org', 'set', slug, ...policy);
  await cli('domain', 'add', `${slug}.example`, '--org', slug);
  await cli('domain', 'verify', `${slug}.example`, '--trust');
  for (const vendor of ['okta', 'google']) {
    await cli('connection', 'create', '--org', slug, '--preset', vendor,
      '--id', `${slug}-${vendor}`, '--metadata', metadataUrl(vendor));
  }
  await cli('domain', 'bind', `${slug}.example`, '--connection', `${slug}-google`);
}

async function goHome(page, connection, who) {
  await page.goto(`${sso}/login?connection=${connection}&return_to=/`);
  await choose(page, who);
}

const session = async (page) => (await page.request.get(`${sso}/session`)).json();

test('an invitation link lets in with its role, and its code never leaves the address bar', () =>
  withBrowser(async (page) => {
    const email = 'joan@acme.example';
    const { link } = await cli('member', 'invite', email, '--org', 'acme', '--role', 'editor');
    const seen = [];
    page.on('request', (request) => seen.push(request.url()));
    await page.goto(link);
    const code = await page.getByLabel('Code from the link').inputValue();
    assert.equal(link.split('#')[1], code);
    assert.equal(page.url(), `${sso}/invite`);
    await picture(page, 'invitation');
    await page.getByRole('button', { name: 'Continue' }).click();
    await choose(page, { email, first: 'Joan', last: 'Clarke' });
    await page.waitForURL((url) => url.origin === sso || url.host.startsWith('app.'));
    assert.equal((await session(page)).member.role, 'editor');
    assert.ok(seen.every((url) => !url.includes(code)), 'no request carries the code in its URL');
    await page.goto(link);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await picture(page, 'invitation-used');
  }));

test('an invitation can be accepted where no script runs', () =>
  withBrowser(async (page) => {
    const email = 'hedy@acme.example';
    const { link } = await cli('member', 'invite', email, '--org', 'acme', '--role', 'editor');
    const [address, code] = link.split('#');
    await page.goto(address);
    await page.getByLabel('Code from the link').fill(code);
    await page.keyboard.press('Enter');
    await choose(page, { email });
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL((url) => !url.host.startsWith('idp.'));
    assert.equal((await member('acme', email)).role, 'editor');
  }, { javaScriptEnabled: false }));

test('a newcomer waits for approval and comes in after it', () =>
  withBrowser(async (page) => {
    await organisation('hooli', ['--jit', 'approval', '--link', 'confirm']);
    const who = { email: 'ada@hooli.example', first: 'Ada', last: 'Lovelace' };
    await goHome(page, 'hooli-okta', who);
    await page.getByText('You cannot come in').waitFor();
    await picture(page, 'waiting-for-approval');
    const [request] = await cli('request', 'list', '--org', 'hooli');
    assert.equal(request.kind, 'approval');
    assert.equal(request.email, who.email);
    await cli('request', 'approve', request.id);
    await page.getByRole('link', { name: 'Start again' }).click();
    await choose(page, who);
    // The link asks again who this is, since another site could have led here.
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL((url) => !url.host.startsWith('idp.'));
    assert.equal((await session(page)).member.role, 'viewer');
  }));

test('a second identity is joined after a fresh sign-in of the first', () =>
  withBrowser(async (page) => {
    const who = { email: 'ada@hooli.example', first: 'Ada', last: 'Lovelace' };
    await goHome(page, 'hooli-google', who);
    await page.getByText('Is this you too?').waitFor();
    await picture(page, 'is-this-you-too');
    await page.getByRole('button', { name: 'Sign in with Okta' }).click();
    await choose(page, who);
    await page.getByText('Both sign-ins are yours').waitFor();
    await picture(page, 'both-are-yours');
    const { id } = await member('hooli', who.email);
    const { identities } = await cli('member', 'show', id);
    assert.deepEqual(identities.map((one) => one.connection).sort(),
      ['hooli-google', 'hooli-okta']);
    assert.equal((await session(page)).member.id, id);
  }));
