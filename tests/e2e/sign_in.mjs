// People of four companies sign in and are seen by an application.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme, app, choose, companies, globex, member, received, signIn, sso, start, withBrowser,
} from './world.mjs';

for (const company of companies) {
  test(`Ada of ${company.org} signs in through ${company.vendor} and may read`, () =>
    withBrowser(async (page) => {
      await signIn(page, company);
      assert.equal(await page.locator('#name').textContent(), 'Ada Lovelace');
      assert.equal(await page.locator('#role').textContent(), 'viewer');

      const header = await received(page);
      assert.equal(header('remote-user'), `ada@${company.domain}`);
      assert.equal(header('remote-email'), `ada@${company.domain}`);
      assert.equal(header('x-doorward-org'), company.org);
      assert.equal(header('x-doorward-roles'), 'viewer');

      const ada = await member(company.org, `ada@${company.domain}`);
      assert.equal(ada.role, 'viewer');
      assert.deepEqual(ada.roles, ['viewer']);
      assert.equal(ada.id, header('x-doorward-member'));
    }));
}

test('the start page leads to the application in two clicks', () =>
  withBrowser(async (page) => {
    await page.goto(`${start}/`);
    await page.getByRole('link', { name: 'Sign in as someone of Globex' }).click();
    await choose(page, 'Grace Hopper');
    await page.waitForURL(`${app}/`);
    assert.equal(await page.locator('#name').textContent(), 'Grace Hopper');
  }));

test('what the identity provider says of groups gives no role', () =>
  withBrowser(async (page) => {
    const email = `boss@${acme.domain}`;
    await signIn(page, acme, { email, groups: 'owner,admin,Admins' });
    assert.deepEqual((await member('acme', email)).roles, ['viewer']);
  }));

test('a name beyond ASCII arrives whole', () =>
  withBrowser(async (page) => {
    await signIn(page, acme, 'José Müller');
    assert.equal(await page.locator('#name').textContent(), 'José Müller');
  }));

test('the same person again is the same member', () =>
  withBrowser(async (page, context) => {
    await signIn(page, globex, 'Alan Turing');
    const first = (await received(page))('x-doorward-member');
    await context.clearCookies();
    await signIn(page, globex, 'Alan Turing');
    assert.equal((await received(page))('x-doorward-member'), first);
  }));

test('an address of another company is no trusted one', () =>
  withBrowser(async (page) => {
    await page.goto(`${sso}/login?org=globex`);
    await choose(page, { email: `ada@${acme.domain}` });
    await page.waitForURL(`${sso}/**`);
    const session = await page.request.get(`${sso}/session`);
    if (session.status() === 200) assert.equal((await session.json()).member.email, '');
  }));

test('the session document says who it is', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    const { member: me, connection } = await (await page.request.get(`${sso}/session`)).json();
    assert.equal(me.email, `ada@${acme.domain}`);
    assert.equal(me.read_only, true);
    assert.equal(connection, acme.connection);
  }));
