// All tests, one after the other, in one browser.
import { after, before } from 'node:test';
import './sign_in.mjs';
import './application.mjs';
import './attacks.mjs';
import './pages.mjs';
import './conversations.mjs';
import './simplesamlphp.mjs';
import './samlp.mjs';
import './keycloak.mjs';
import { closeBrowser, openBrowser } from './world.mjs';

before(openBrowser);
after(closeBrowser);
