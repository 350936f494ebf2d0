// Two applications on two sites, each with a session of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme, app, cli, globex, member, received, signIn, sso, statusOf, wiki, withBrowser,
} from './world.mjs';

test('the second application opens without a second sign-in', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    await page.goto(`${wiki}/`);
    await page.waitForURL(`${wiki}/`);
    assert.equal(await page.locator('#name').textContent(), 'Ada Lovelace');
  }));

test('a deep link survives the sign-in', () =>
  withBrowser(async (page) => {
    const url = `${app}/reports/7?sort=up&q=a%20b`;
    await signIn(page, acme, 'Ada Lovelace', url);
    assert.equal(page.url(), url);
  }));

test('the wiki is closed to people of another organisation', () =>
  withBrowser(async (page) => {
    await signIn(page, globex);
    const answer = await page.goto(`${wiki}/`);
    assert.equal(answer.status(), 403);
    assert.match(await page.locator('h1').textContent(), /no access/);
    assert.equal(await statusOf(page, `${wiki}/echo`), 303);
  }));

test('a page that asks for a higher role is closed to a viewer', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    const answer = await page.goto(`${app}/edit`);
    assert.equal(answer.status(), 403);
    assert.match(await page.locator('main').textContent(), /ROLE_TOO_LOW/);
  }));

test('a role given by hand opens it', () =>
  withBrowser(async (page) => {
    const email = `editor@${acme.domain}`;
    await signIn(page, acme, { email });
    const { id } = await member('acme', email);
    await cli('member', 'grant', id, '--role', 'editor');
    await until(async () => (await statusOf(page, `${app}/edit`)) === 200);
    assert.equal((await received(page))('x-doorward-role'), 'editor');
    await cli('member', 'revoke', id, '--role', 'editor');
    await until(async () => (await statusOf(page, `${app}/edit`)) === 403);
  }));

test('a request that is no navigation gets 401 and no redirect', () =>
  withBrowser(async (page) => {
    assert.equal(await statusOf(page, `${app}/x`, { method: 'POST', data: 'a=1' }), 401);
    assert.equal(await statusOf(page, `${app}/x`), 303);
  }));

test('a suspended member is out at once', () =>
  withBrowser(async (page) => {
    const email = `leaver@${acme.domain}`;
    await signIn(page, acme, { email });
    const { id } = await member('acme', email);
    await cli('member', 'suspend', id);
    assert.equal(await statusOf(page, `${app}/`), 303);
    assert.equal(await statusOf(page, `${sso}/session`), 401);
    await cli('member', 'restore', id);
    assert.equal(await statusOf(page, `${sso}/session`), 401);
  }));

test('ending the session at the gateway ends it in every application', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    await page.goto(`${wiki}/`);
    await page.goto(`${sso}/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out').waitFor();
    assert.equal(await statusOf(page, `${app}/`), 303);
    assert.equal(await statusOf(page, `${wiki}/`), 303);
  }));

test('the button of an application signs out', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out').waitFor();
    assert.equal(await statusOf(page, `${app}/`), 303);
    assert.equal(await statusOf(page, `${sso}/session`), 401);
  }));

// A running server sees what the command line did within a second.
async function until(condition) {
  for (const deadline = Date.now() + 1500; Date.now() < deadline;) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail('not within a second');
}
