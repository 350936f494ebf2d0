// The stack that tests/e2e/run started, as the tests see it.
import './loopback_names.mjs';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

export const port = Number(process.env.DOORWARD_TEST_E2E_PORT);
export const state = process.env.DOORWARD_TEST_E2E_STATE;
const program = process.env.DOORWARD_TEST_E2E_PROGRAM;
const pictures = process.env.DOORWARD_TEST_E2E_SCREENSHOTS;

const origin = (host) => `http://${host}.localhost:${port}`;
export const sso = origin('sso');
export const app = origin('app');
export const wiki = origin('wiki');
export const idp = origin('idp');
export const start = `http://start.sso.localhost:${port}`;

export const companies = [
  { vendor: 'okta', org: 'acme' },
  { vendor: 'entra', org: 'globex' },
  { vendor: 'google', org: 'initech' },
  { vendor: 'onelogin', org: 'umbrella' },
].map((company) => ({
  ...company,
  connection: `${company.org}-${company.vendor}`,
  domain: `${company.org}.example`,
}));
export const [acme, globex] = companies;

// One command of the command line; its JSON.
export async function cli(...args) {
  const { stdout } = await promisify(execFile)(
    program, ['--config', `${state}/stack/doorward.toml`, '--json', ...args]);
  return JSON.parse(stdout);
}

export async function members(org) {
  const answer = await cli('member', 'list', '--org', org);
  return Array.isArray(answer) ? answer : answer.members;
}

export async function member(org, email) {
  const found = (await members(org)).filter((one) => one.email === email);
  assert.equal(found.length, 1, `one member ${email} of ${org}`);
  return found[0];
}

let browser;
export async function openBrowser() {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
}
export async function closeBrowser() {
  await browser?.close();
}

// A person with a browser of their own: cookies are shared with nobody. `work` gets a page.
export async function withBrowser(work, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(10_000);
  try {
    return await work(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

// At a company's login page: be one of its people, or anybody.
export async function choose(page, who) {
  await page.waitForURL(`${idp}/**`);
  if (typeof who === 'string') {
    await page.getByRole('button', { name: who }).click();
    return;
  }
  await page.getByText('Somebody else').click();
  await page.getByLabel('First name').fill(who.first ?? 'Some');
  await page.getByLabel('Last name').fill(who.last ?? 'One');
  await page.getByLabel('E-mail address').fill(who.email);
  await page.getByLabel('Groups, separated by commas').fill(who.groups ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
}

// From nothing to the application `url`, by the e-mail page, as a person would.
export async function signIn(page, company, who = 'Ada Lovelace', url = `${app}/`) {
  await page.goto(url);
  await page.getByLabel('Work e-mail').fill(`somebody@${company.domain}`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await choose(page, who);
  await page.waitForURL(url);
}

// What the application behind nginx was sent: a function of header name to its one value.
export async function received(page, host = app, headers = {}) {
  const answer = await page.request.get(`${host}/echo`, { headers, maxRedirects: 0 });
  assert.equal(answer.status(), 200, `${host}/echo answers`);
  const all = (await answer.json()).headers;
  return (name) => {
    const values = all.filter(([one]) => one === name).map(([, value]) => value);
    assert.ok(values.length <= 1, `${name} once`);
    return values[0];
  };
}

// The status of a request as this browser's cookies make it; redirects are not followed.
export async function statusOf(page, url, options = {}) {
  return (await page.request.fetch(url, { maxRedirects: 0, ...options })).status();
}

// Keeps a picture of the page as it is, narrow, wide and dark; checks that nothing is cut off.
export async function picture(page, name) {
  for (const [look, width, colorScheme] of [
    ['narrow', 360, 'light'], ['dark', 360, 'dark'], ['wide', 1000, 'light']]) {
    await page.setViewportSize({ width, height: 700 });
    await page.emulateMedia({ colorScheme });
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(needed <= width, `${name} fits into ${width} px, needs ${needed}`);
    if (!pictures) continue;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${name}-${look}.png`, fullPage: true });
  }
}
