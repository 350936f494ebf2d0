// All tests, one after the other, in one browser.
import { after, before } from 'node:test';
import { closeBrowser, openBrowser } from './world.mjs';

before(openBrowser);
after(closeBrowser);

await import('./sign_in.mjs');
await import('./application.mjs');
await import('./attacks.mjs');
await import('./pages.mjs');
await import('./simplesamlphp.mjs');
