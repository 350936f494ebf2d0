// Pages as people see them: narrow, wide and dark; with the keyboard alone; when something fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acme, app, choose, globex, idp, picture, signIn, sso, start, wiki, withBrowser,
} from './world.mjs';

test('every page of a sign-in fits a narrow screen', () =>
  withBrowser(async (page) => {
    await page.goto(`${start}/`);
    await picture(page, 'start');
    await page.goto(`${app}/`);
    await picture(page, 'e-mail');
    await page.getByLabel('Work e-mail').fill(`ada@${acme.domain}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${idp}/**`);
    await picture(page, 'identity-provider');
    await choose(page, 'Ada Lovelace');
    await page.waitForURL(`${app}/`);
    await picture(page, 'application');
    await page.goto(`${app}/edit`);
    await picture(page, 'role-too-low');
    await page.goto(`${sso}/`);
    await picture(page, 'signed-in');
    await page.goto(`${sso}/logout`);
    await picture(page, 'sign-out');
  }));

test('pages that refuse fit a narrow screen', () =>
  withBrowser(async (page) => {
    await signIn(page, globex);
    await page.goto(`${wiki}/`);
    await picture(page, 'not-for-your-organisation');
    await page.goto(`${sso}/login?email=nobody@nowhere.example`);
    await picture(page, 'unknown-address');
    await page.goto(`${sso}/nothing`);
    await picture(page, 'not-found');
  }));

test('a sign-in needs no mouse', () =>
  withBrowser(async (page) => {
    await page.goto(`${app}/`);
    await page.keyboard.type(`ada@${acme.domain}`);  // the field has the focus already
    await page.keyboard.press('Enter');
    await page.waitForURL(`${idp}/**`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app}/`);
    assert.equal(await page.locator('#name').textContent(), 'Ada Lovelace');
  }));

test('a sign-in needs no script', () =>
  withBrowser(async (page) => {
    await page.goto(`${sso}/login?org=umbrella`);  // asked with a form, answered with a form
    await page.getByRole('button', { name: 'Continue' }).click();
    await choose(page, 'Ada Lovelace');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${sso}/`);
    assert.match(await page.locator('main').textContent(), /Ada Lovelace/);
  }, { javaScriptEnabled: false }));

test('an error page names a trace id, offers a link, and does not start again by itself', () =>
  withBrowser(async (page) => {
    await page.goto(`${app}/`);
    await page.getByLabel('Work e-mail').fill(`ada@${acme.domain}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${idp}/**`);
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.getByRole('heading', { name: 'We could not sign you in' }).waitFor();
    const url = page.url();
    assert.ok(url.startsWith(sso));
    assert.match(await page.locator('code').textContent(), /^[\w-]{6,}$/);
    await picture(page, 'refused');
    await page.waitForTimeout(1500);
    assert.equal(page.url(), url);
    assert.equal(await page.locator('meta[http-equiv=refresh], script').count(), 0);
    await page.getByRole('link', { name: 'Start again' }).click();
    await page.waitForURL(/idp\.localhost|sso\.localhost.*login|app\.localhost/);
  }));
