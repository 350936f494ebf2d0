// What somebody with a browser and bad intentions can try against nginx and the gateway.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import {
  acme, app, choose, globex, port, received, signIn, sso, statusOf, wiki, withBrowser,
} from './world.mjs';

// Signs in, but stops before the browser calls back; the address of the callback.
async function stolenCallback(page) {
  let seen;
  const next = new Promise((resolve) => { seen = resolve; });
  await page.route('**/acs', async (route) => {
    seen((await route.fetch({ maxRedirects: 0 })).headers().location);
    await route.abort();
  });
  await page.goto(`${app}/`);
  await page.getByLabel('Work e-mail').fill(`somebody@${acme.domain}`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await choose(page, 'Ada Lovelace').catch(() => {});
  const answer = await page.request.get(new URL(await next, sso).href, { maxRedirects: 0 });
  const callback = answer.headers().location;
  assert.ok(callback?.startsWith(`${app}/_doorward/callback?`), callback);
  await page.unroute('**/acs');
  return callback;
}

test('a sign-in cannot be finished in another browser', () =>
  withBrowser(async (attacker) => {
    const callback = await stolenCallback(attacker);
    await withBrowser(async (victim) => {
      assert.equal(await statusOf(victim, callback), 400);
      await victim.goto(`${app}/`);  // now with a binding cookie of its own
      assert.equal(await statusOf(victim, callback), 400);
      assert.equal(await statusOf(victim, `${app}/echo`), 303);
    });
  }));

test('a code opens an application once', () =>
  withBrowser(async (page) => {
    const callback = await stolenCallback(page);
    assert.equal(await statusOf(page, callback), 303);
    assert.equal(await statusOf(page, callback), 400);
  }));

test('a code of one application opens no other', () =>
  withBrowser(async (page) => {
    const callback = await stolenCallback(page);
    await page.goto(`${wiki}/`).catch(() => {});
    assert.equal(await statusOf(page, callback.replace(app, wiki)), 400);
  }));

// Sends `lines` as they are and gives the status line and the body.
function raw(lines) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => { text += part; });
    socket.on('end', () => resolve(text)).on('error', reject);
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
  });
}

test('nginx asks about the application that it serves, whatever Host says', () =>
  withBrowser(async (page, context) => {
    await signIn(page, globex);  // may enter app, may not enter wiki
    const [cookie] = (await context.cookies(app)).filter((one) => one.name === '__Host-dw_app');
    const ask = (target, host) => raw([
      `GET ${target} HTTP/1.1`, `Host: ${host}`, `Cookie: ${cookie.name}=${cookie.value}`, 'Connection: close',
    ]);
    assert.match(await ask('/echo', new URL(app).host), /^HTTP\/1\.1 200 /);
    for (const [target, host] of [
      [`${wiki}/echo`, new URL(app).host],
      ['/echo', `wiki.localhost:${port + 1}`],
      ['/echo', 'wiki.localhost'],
    ]) {
      assert.doesNotMatch(await ask(target, host), /^HTTP\/1\.1 200 /, `${target} at ${host}`);
    }
  }));

test("one application's cookie is worth nothing at another", () =>
  withBrowser(async (page, context) => {
    await signIn(page, acme);
    const [cookie] = (await context.cookies(app)).filter((one) => one.name === '__Host-dw_app');
    assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === 'Lax');
    await withBrowser(async (thief, other) => {
      await other.addCookies([{ ...cookie, domain: 'wiki.localhost' }]);
      assert.equal(await statusOf(thief, `${wiki}/echo`), 303);
      await other.addCookies([cookie]);
      assert.equal(await statusOf(thief, `${app}/echo`), 200);
    });
  }));

const forged = {
  'Remote-User': 'root@acme.example',
  'remote-groups': 'owner',
  'Remote_User': 'root@acme.example',
  'X-Auth-Request-User': 'root@acme.example',
  'X-Auth-Request-Email': 'root@acme.example',
  'X-Doorward-Role': 'owner',
  'X-Doorward-Roles': 'viewer,owner',
  'X_Doorward_Role': 'owner',
  'X-Doorward-Jwt-Assertion': 'ey',
  'X-Original-URL': 'http://evil.example/',
};

test('forged identity headers never reach the application', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    const header = await received(page, app, forged);
    assert.equal(header('remote-user'), `ada@${acme.domain}`);
    assert.equal(header('x-doorward-role'), 'viewer');
    assert.equal(header('x-doorward-roles'), 'viewer');
    assert.notEqual(header('remote-groups'), 'owner');
    for (const name of [
      'remote_user', 'x_doorward_role', 'x-auth-request-user', 'x-auth-request-email',
      'x-doorward-jwt-assertion', 'x-original-url']) {
      assert.equal(header(name), undefined, name);
    }
  }));

test('forged identity headers open nothing', () =>
  withBrowser(async (page) => {
    assert.equal(await statusOf(page, `${app}/echo`, { headers: forged }), 303);
  }));

test('a forged original URL changes nothing', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    // Signed in at the application, not at the wiki: only the host that was asked counts.
    const headers = {
      'X-Original-URL': `${app}/`, 'X-Forwarded-Host': new URL(app).host, 'X-Forwarded-Uri': '/',
    };
    assert.equal(await statusOf(page, `${wiki}/echo`, { headers }), 303);
    assert.equal(await statusOf(page, `${sso}/authz/auth-request`, { headers }), 404);
    assert.equal(await statusOf(page, `${app}/_doorward_check`, { headers }), 404);
  }));

test('a host that nobody registered reaches nothing', () =>
  withBrowser(async (page) => {
    assert.equal(await statusOf(page, app.replace('app.', 'evil.')), 421);
  }));

test("the gateway's cookies never reach the application, others do", () =>
  withBrowser(async (page, context) => {
    await signIn(page, acme);
    await context.addCookies([{ name: 'theme', value: 'dark', url: app }]);
    const names = (await context.cookies(app)).map((one) => one.name);
    assert.ok(names.includes('__Host-dw_app') && names.includes('__Host-dw_bind'));
    assert.equal((await received(page))('cookie'), 'theme=dark');
  }));

test('a form of another site signs nobody out', () =>
  withBrowser(async (page) => {
    await signIn(page, acme);
    for (const url of [`${sso}/logout`, `${app}/_doorward/sign_out`]) {
      const headers = { Origin: 'http://evil.example' };
      assert.equal(await statusOf(page, url, { method: 'POST', headers }), 400);
      assert.equal(await statusOf(page, url, { method: 'POST' }), 400);
    }
    assert.equal(await statusOf(page, `${app}/echo`), 200);
  }));

test('the answer of an identity provider counts once, and in its own browser only', () =>
  withBrowser(async (page) => {
    let answer;
    await page.route('**/acs', (route) => {
      answer ??= route.request().postData();
      return route.continue();
    });
    await signIn(page, acme);
    assert.ok(answer, 'the answer was seen');
    const again = {
      method: 'POST', data: answer,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    };
    const acs = `${sso}/saml/${acme.connection}/acs`;
    assert.equal(await statusOf(page, acs, again), 400);
    await withBrowser(async (other) => {
      assert.equal(await statusOf(other, acs, again), 400);
      assert.equal(await statusOf(other, `${sso}/session`), 401);
    });
  }));

test('a sign-in that another site started asks first', () =>
  withBrowser(async (page) => {
    await page.route('http://evil.example/', (route) => route.fulfill({
      contentType: 'text/html', body: `<a href="${sso}/login?org=acme">a cat picture</a>`,
    }));
    await page.goto('http://evil.example/');
    await page.getByText('a cat picture').click();
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await page.getByRole('heading', { name: 'Is this you?' }).waitFor();
    assert.equal(await statusOf(page, `${sso}/session`), 401);
    await page.getByRole('button', { name: 'No, that is not me' }).click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    assert.equal(await statusOf(page, `${sso}/session`), 401);
  }));
