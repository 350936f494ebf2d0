// Verifies one message with node-saml for five seconds: node verify.mjs MESSAGE, as
// bench_saml_verify --message writes it. Prints how many a second.
import { readFileSync } from 'node:fs';
import { SAML } from '@node-saml/node-saml';

const message = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const saml = new SAML({
  callbackUrl: message.callbackUrl,
  issuer: message.issuer,
  audience: message.issuer,
  idpIssuer: message.idpIssuer,
  idpCert: message.idpCert,
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: false,
  validateInResponseTo: 'never',
  acceptedClockSkewMs: -1,  // the message is of one moment, and is verified all day
});

async function verify() {
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: message.samlResponse });
  if (!profile?.nameID) throw new Error('nobody was read');
}

async function run(milliseconds) {
  const begun = performance.now();
  let times = 0;
  while (performance.now() - begun < milliseconds) {
    await verify();
    times += 1;
  }
  return (times * 1000) / (performance.now() - begun);
}

await run(1000);
console.log((await run(5000)).toFixed(1));
