PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('data_key_id','k1');
CREATE TABLE change_counter (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  change_seq INTEGER NOT NULL,
  seen_seq INTEGER NOT NULL
) STRICT;
INSERT INTO change_counter VALUES(1,0,0);
CREATE TABLE used_id (
  kind TEXT NOT NULL CHECK (kind IN ('slug', 'connection')),
  id TEXT NOT NULL,
  org TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO used_id VALUES('connection','acme-okta','01HACME0000000000000000000');
INSERT INTO used_id VALUES('connection','twin-okta','01HTWIN0000000000000000000');
INSERT INTO used_id VALUES('slug','acme','01HACME0000000000000000000');
INSERT INTO used_id VALUES('slug','twin','01HTWIN0000000000000000000');
CREATE TABLE organization (
  org TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  jit TEXT NOT NULL,
  link TEXT NOT NULL,
  scim_authoritative INTEGER NOT NULL CHECK (scim_authoritative IN (0, 1)),
  lease INTEGER,
  seat_limit INTEGER,
  seats_used INTEGER NOT NULL DEFAULT 0 CHECK (seats_used >= 0),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO organization VALUES('01HACME0000000000000000000','acme','Acme',1,'on','verified_domain',0,NULL,NULL,2,1777636800000);
INSERT INTO organization VALUES('01HTWIN0000000000000000000','twin','Acme',1,'on','verified_domain',0,NULL,NULL,2,1777636800000);
CREATE TABLE connection (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL REFERENCES organization (org),
  preset TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  idp_entity_id TEXT NOT NULL,
  idp_sso_url TEXT NOT NULL,
  idp_sso_binding TEXT NOT NULL CHECK (idp_sso_binding IN ('redirect', 'post')),
  idp_certificates TEXT NOT NULL,
  sp_entity_id TEXT NOT NULL,
  acs_url TEXT NOT NULL,
  extra_audiences TEXT NOT NULL,
  sign_requests INTEGER NOT NULL CHECK (sign_requests IN (0, 1)),
  clock_skew INTEGER NOT NULL,
  sha1_until INTEGER,
  unsolicited TEXT NOT NULL CHECK (unsolicited IN ('refuse', 'convert', 'allow')),
  allowed_domains TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (org, id),
  UNIQUE (sp_entity_id, idp_entity_id),
  UNIQUE (acs_url, idp_entity_id)
) STRICT, WITHOUT ROWID;
INSERT INTO connection VALUES('acme-okta','01HACME0000000000000000000','okta',1,'https://idp.example/acme','https://idp.example/sso','post','["-----BEGIN CERTIFICATE-----\nMIIBgTCCASegAwIBAgIUZroxrtlVQKN+HePIl0Z8t+96IqIwCgYIKoZIzj0EAwIw\nFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYxMTI0MTgwMzA3WhcNNDYxMTE5\nMTgwMzA3WjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG\nSM49AwEHA0IABFiFVEXHeBUomAb4vgh5mX7dZcQKuRyglu4Gw0C+dHh6lZPcNVPE\n4T3CmpTAYT7DrLo/VCB5iadcczXxzJlArXGjUzBRMB0GA1UdDgQWBBQKL1qu43Aa\ns20XlbYW5AYoYxLJnjAfBgNVHSMEGDAWgBQKL1qu43Aas20XlbYW5AYoYxLJnjAP\nBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEXbyK91iOcEPtTKl4kI\n3nrV0Nx/UA0Z7R7Bjgkf1GJJAiEA+IPwZeoCh0SQTpt1BCcgUONe0gUlCNHcJxZh\nIW+NQ3s=\n-----END CERTIFICATE-----\n"]','https://sso.example/saml/acme-okta/metadata','https://sso.example/saml/acme-okta/acs','["urn:old","urn:older"]',1,90000,1777723200000,'convert','["acme.com"]',1777636800000);
INSERT INTO connection VALUES('twin-okta','01HTWIN0000000000000000000','okta',1,'https://idp.example/acme','https://idp.example/sso','post','["-----BEGIN CERTIFICATE-----\nMIIBgTCCASegAwIBAgIUZroxrtlVQKN+HePIl0Z8t+96IqIwCgYIKoZIzj0EAwIw\nFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYxMTI0MTgwMzA3WhcNNDYxMTE5\nMTgwMzA3WjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG\nSM49AwEHA0IABFiFVEXHeBUomAb4vgh5mX7dZcQKuRyglu4Gw0C+dHh6lZPcNVPE\n4T3CmpTAYT7DrLo/VCB5iadcczXxzJlArXGjUzBRMB0GA1UdDgQWBBQKL1qu43Aa\ns20XlbYW5AYoYxLJnjAfBgNVHSMEGDAWgBQKL1qu43Aas20XlbYW5AYoYxLJnjAP\nBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEXbyK91iOcEPtTKl4kI\n3nrV0Nx/UA0Z7R7Bjgkf1GJJAiEA+IPwZeoCh0SQTpt1BCcgUONe0gUlCNHcJxZh\nIW+NQ3s=\n-----END CERTIFICATE-----\n"]','https://sso.example/saml/twin-okta/metadata','https://sso.example/saml/twin-okta/acs','["urn:old","urn:older"]',1,90000,1777723200000,'convert','["acme.com"]',1777636800000);
CREATE TABLE domain (
  org TEXT NOT NULL REFERENCES organization (org),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('unverified', 'verified')),
  txt_value TEXT NOT NULL,
  operator_vouched INTEGER NOT NULL CHECK (operator_vouched IN (0, 1)),
  created_at INTEGER NOT NULL,
  verified_at INTEGER,
  PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;
INSERT INTO domain VALUES('01HACME0000000000000000000','acme.com','verified','doorward-verify=abc',1,1777636800000,1777636800000);
INSERT INTO domain VALUES('01HTWIN0000000000000000000','acme.com','unverified','doorward-verify=abc',0,1777636800000,NULL);
CREATE TABLE domain_binding (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  connection TEXT NOT NULL,
  PRIMARY KEY (org, name, connection),
  FOREIGN KEY (org, name) REFERENCES domain (org, name),
  FOREIGN KEY (org, connection) REFERENCES connection (org, id)
) STRICT, WITHOUT ROWID;
INSERT INTO domain_binding VALUES('01HACME0000000000000000000','acme.com','acme-okta');
INSERT INTO domain_binding VALUES('01HTWIN0000000000000000000','acme.com','twin-okta');
CREATE TABLE key_pair (
  org TEXT NOT NULL,
  id TEXT NOT NULL,
  connection TEXT NOT NULL,
  use TEXT NOT NULL CHECK (use IN ('signing', 'encryption')),
  sealed_pem TEXT NOT NULL,
  certificate TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org, id),
  FOREIGN KEY (org, connection) REFERENCES connection (org, id)
) STRICT, WITHOUT ROWID;
INSERT INTO key_pair VALUES('01HACME0000000000000000000','01HKEY00000000000000000000','acme-okta','signing','sealed',replace('-----BEGIN CERTIFICATE-----\nMIIBgTCCASegAwIBAgIUZroxrtlVQKN+HePIl0Z8t+96IqIwCgYIKoZIzj0EAwIw\nFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYxMTI0MTgwMzA3WhcNNDYxMTE5\nMTgwMzA3WjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG\nSM49AwEHA0IABFiFVEXHeBUomAb4vgh5mX7dZcQKuRyglu4Gw0C+dHh6lZPcNVPE\n4T3CmpTAYT7DrLo/VCB5iadcczXxzJlArXGjUzBRMB0GA1UdDgQWBBQKL1qu43Aa\ns20XlbYW5AYoYxLJnjAfBgNVHSMEGDAWgBQKL1qu43Aas20XlbYW5AYoYxLJnjAP\nBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEXbyK91iOcEPtTKl4kI\n3nrV0Nx/UA0Z7R7Bjgkf1GJJAiEA+IPwZeoCh0SQTpt1BCcgUONe0gUlCNHcJxZh\nIW+NQ3s=\n-----END CERTIFICATE-----\n','\n',char(10)),1,1777636800000);
INSERT INTO key_pair VALUES('01HTWIN0000000000000000000','01HKEY00000000000000000000','twin-okta','signing','sealed',replace('-----BEGIN CERTIFICATE-----\nMIIBgTCCASegAwIBAgIUZroxrtlVQKN+HePIl0Z8t+96IqIwCgYIKoZIzj0EAwIw\nFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYxMTI0MTgwMzA3WhcNNDYxMTE5\nMTgwMzA3WjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG\nSM49AwEHA0IABFiFVEXHeBUomAb4vgh5mX7dZcQKuRyglu4Gw0C+dHh6lZPcNVPE\n4T3CmpTAYT7DrLo/VCB5iadcczXxzJlArXGjUzBRMB0GA1UdDgQWBBQKL1qu43Aa\ns20XlbYW5AYoYxLJnjAfBgNVHSMEGDAWgBQKL1qu43Aas20XlbYW5AYoYxLJnjAP\nBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEXbyK91iOcEPtTKl4kI\n3nrV0Nx/UA0Z7R7Bjgkf1GJJAiEA+IPwZeoCh0SQTpt1BCcgUONe0gUlCNHcJxZh\nIW+NQ3s=\n-----END CERTIFICATE-----\n','\n',char(10)),1,1777636800000);
CREATE TABLE member (
  org TEXT NOT NULL REFERENCES organization (org),
  id TEXT NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('deprovisioned', 'suspended', 'expired', 'pending', 'active')),
  managed_by TEXT NOT NULL CHECK (managed_by IN ('jit', 'scim')),
  email TEXT,
  email_folded TEXT,
  email_trusted INTEGER NOT NULL CHECK (email_trusted IN (0, 1)),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  lease_until INTEGER,
  expired_at INTEGER,
  authz_epoch INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_login_at INTEGER,
  UNIQUE (org, id)
) STRICT;
INSERT INTO member VALUES('01HACME0000000000000000000','01HADA00000000000000000000','active','jit','ada@acme.com','ada@acme.com',1,'ada','Lovelace','ada Lovelace',NULL,NULL,0,1777636800000,1777636800000);
INSERT INTO member VALUES('01HACME0000000000000000000','01HB0B00000000000000000000','active','jit','bob@acme.com','bob@acme.com',1,'bob','Lovelace','bob Lovelace',1777809600000,NULL,0,1777636800000,1777636800000);
INSERT INTO member VALUES('01HTWIN0000000000000000000','01HADA00000000000000000000','active','jit','ada@acme.com','ada@acme.com',1,'ada','Lovelace','ada Lovelace',NULL,NULL,0,1777636800000,1777636800000);
INSERT INTO member VALUES('01HTWIN0000000000000000000','01HB0B00000000000000000000','active','jit','bob@acme.com','bob@acme.com',1,'bob','Lovelace','bob Lovelace',NULL,NULL,0,1777636800000,1777636800000);
CREATE TABLE role_grant (
  org TEXT NOT NULL,
  member TEXT NOT NULL,
  source TEXT NOT NULL,
  source_id TEXT NOT NULL,
  role TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at INTEGER NOT NULL,
  expires INTEGER,
  PRIMARY KEY (org, member, source, source_id, role),
  FOREIGN KEY (org, member) REFERENCES member (org, id)
) STRICT, WITHOUT ROWID;
INSERT INTO role_grant VALUES('01HACME0000000000000000000','01HADA00000000000000000000','default','','viewer','',1777636800000,NULL);
INSERT INTO role_grant VALUES('01HACME0000000000000000000','01HB0B00000000000000000000','default','','viewer','',1777636800000,NULL);
INSERT INTO role_grant VALUES('01HACME0000000000000000000','01HB0B00000000000000000000','manual','','admin','operator',1777636800000,1777644000000);
INSERT INTO role_grant VALUES('01HTWIN0000000000000000000','01HADA00000000000000000000','default','','viewer','',1777636800000,NULL);
INSERT INTO role_grant VALUES('01HTWIN0000000000000000000','01HB0B00000000000000000000','default','','viewer','',1777636800000,NULL);
CREATE TABLE identity (
  org TEXT NOT NULL,
  connection TEXT NOT NULL,
  idp_entity_id TEXT NOT NULL,
  name_id TEXT NOT NULL,
  format TEXT NOT NULL,
  name_qualifier TEXT NOT NULL,
  sp_name_qualifier TEXT NOT NULL,
  alt_subject TEXT NOT NULL,
  member TEXT NOT NULL,
  linked_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (org, connection, name_id, idp_entity_id, format, name_qualifier, sp_name_qualifier),
  FOREIGN KEY (org, member) REFERENCES member (org, id)
) STRICT, WITHOUT ROWID;
INSERT INTO identity VALUES('01HACME0000000000000000000','acme-okta','https://idp.example/acme','00u-ada','urn:oasis:names:tc:SAML:2.0:nameid-format:persistent','','','alt-ada','01HADA00000000000000000000',1777636800000,1777636800000);
INSERT INTO identity VALUES('01HACME0000000000000000000','acme-okta','https://idp.example/acme','00u-bob','urn:oasis:names:tc:SAML:2.0:nameid-format:persistent','','','alt-bob','01HB0B00000000000000000000',1777636800000,1777636800000);
INSERT INTO identity VALUES('01HTWIN0000000000000000000','twin-okta','https://idp.example/acme','00u-ada','urn:oasis:names:tc:SAML:2.0:nameid-format:persistent','','','alt-ada','01HADA00000000000000000000',1777636800000,1777636800000);
INSERT INTO identity VALUES('01HTWIN0000000000000000000','twin-okta','https://idp.example/acme','00u-bob','urn:oasis:names:tc:SAML:2.0:nameid-format:persistent','','','alt-bob','01HB0B00000000000000000000',1777636800000,1777636800000);
CREATE TABLE session (
  hash BLOB NOT NULL UNIQUE,
  org TEXT NOT NULL,
  parent BLOB,
  app TEXT NOT NULL,
  member TEXT NOT NULL,
  connection TEXT NOT NULL,
  key_fingerprint TEXT NOT NULL,
  name_id TEXT NOT NULL,
  session_index TEXT NOT NULL,
  authenticated_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  idle INTEGER NOT NULL,
  dies_at INTEGER NOT NULL,
  FOREIGN KEY (org, member) REFERENCES member (org, id)
) STRICT;
INSERT INTO session VALUES(X'fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029','01HACME0000000000000000000',NULL,'','01HADA00000000000000000000','acme-okta','aa11','00u-ada','_s1',1777636800000,1777636800000,1777723200000,28800000,1777665600000);
INSERT INTO session VALUES(X'0133080d55c694b03f3d89e248dbca97e598be03cc080ba65d4e2546a8e62ce4','01HACME0000000000000000000',X'fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029','demo','01HADA00000000000000000000','acme-okta','aa11','00u-ada','_s1',1777636800000,1777636800000,1777723200000,28800000,1777665600000);
INSERT INTO session VALUES(X'81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9','01HACME0000000000000000000',NULL,'','01HB0B00000000000000000000','acme-okta','aa11','00u-ada','_s1',1777636800000,1777636800000,1777723200000,28800000,1777665600000);
INSERT INTO session VALUES(X'5f5ce6e51ee32bc791946c6aab0cc9e25841d74f413a81d59e264c1852a072aa','01HTWIN0000000000000000000',NULL,'','01HADA00000000000000000000','twin-okta','aa11','00u-ada','_s1',1777636800000,1777636800000,1777723200000,28800000,1777665600000);
INSERT INTO session VALUES(X'0b3061c8f83f277e96ffd07c3bdb8410aeed6690628b62976bca2226b5a64c1b','01HTWIN0000000000000000000',X'5f5ce6e51ee32bc791946c6aab0cc9e25841d74f413a81d59e264c1852a072aa','demo','01HADA00000000000000000000','twin-okta','aa11','00u-ada','_s1',1777636800000,1777636800000,1777723200000,28800000,1777665600000);
INSERT INTO session VALUES(X'da272044758235348839dcc345a395730efa079c9ff3e5d065478a3365c60146','01HTWIN0000000000000000000',NULL,'','01HB0B00000000000000000000','twin-okta','aa11','00u-ada','_s1',1777636800000,1777636800000,1777723200000,28800000,1777665600000);
CREATE TABLE app_code (
  hash BLOB NOT NULL PRIMARY KEY,
  org TEXT NOT NULL,
  app TEXT NOT NULL,
  state_hash BLOB NOT NULL,
  bind TEXT NOT NULL,
  parent BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO app_code VALUES(X'0be686f1f1f7422137f4952295207624acee6cbee6427eb113a4a84afa2a8ed8','01HTWIN0000000000000000000','demo',X'4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e','bind',X'5f5ce6e51ee32bc791946c6aab0cc9e25841d74f413a81d59e264c1852a072aa',1777636860000);
INSERT INTO app_code VALUES(X'5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b','01HACME0000000000000000000','demo',X'4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e','bind',X'fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029',1777636860000);
CREATE TABLE consumed (
  org TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('request', 'assertion')),
  id TEXT NOT NULL,
  keep_until INTEGER NOT NULL,
  PRIMARY KEY (org, connection, kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO consumed VALUES('01HACME0000000000000000000','acme-okta','assertion','_a1',1777640400000);
INSERT INTO consumed VALUES('01HTWIN0000000000000000000','twin-okta','assertion','_a1',1777640400000);
CREATE TABLE audit (
  org TEXT NOT NULL REFERENCES organization (org),
  seq INTEGER NOT NULL,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  via TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  rule TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  request_id TEXT NOT NULL,
  ip TEXT NOT NULL,
  connection TEXT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (org, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO audit VALUES('01HACME0000000000000000000',1,1777636800000,'operator','cli','org.created','','','{}','{"name":"Zoë","seats":3}','','','',X'ca1ae9554a2a038e331aff4c6261f7ba9bb52a0303b1b9b1e79ebe6915147fd1');
INSERT INTO audit VALUES('01HACME0000000000000000000',2,1777636800000,'operator','cli','member.created','','','{}','{"name":"Zoë","seats":3}','','','',X'4fd91c1505c837362291b06c536b02d1b7fdf117b6c6e6dda142f95176352937');
INSERT INTO audit VALUES('01HTWIN0000000000000000000',1,1777636800000,'operator','cli','org.created','','','{}','{"name":"Zoë","seats":3}','','','',X'f1128c24e6cc027d8285ad89d1195b95360cfba6f71cafe956817b1cb8f18fda');
INSERT INTO audit VALUES('01HTWIN0000000000000000000',2,1777636800000,'operator','cli','member.created','','','{}','{"name":"Zoë","seats":3}','','','',X'a88e2c0eea2949864bb06b2de72cf8646eb9ec269cb5e430dee20d3a247957a4');
CREATE UNIQUE INDEX domain_owner ON domain (name) WHERE state = 'verified';
CREATE INDEX domain_binding_connection ON domain_binding (org, connection);
CREATE INDEX key_pair_connection ON key_pair (org, connection);
CREATE INDEX member_email ON member (org, email_folded) WHERE email_folded IS NOT NULL;
CREATE INDEX member_lease ON member (org, lease_until)
  WHERE lease_until IS NOT NULL AND status = 'active' AND managed_by = 'jit';
CREATE INDEX identity_member ON identity (org, member);
CREATE INDEX identity_name_id ON identity (org, name_id);
CREATE INDEX identity_alt_subject ON identity (org, alt_subject, connection)
  WHERE alt_subject <> '';
CREATE INDEX session_member ON session (org, member);
CREATE INDEX session_connection ON session (org, connection, key_fingerprint);
CREATE INDEX session_parent ON session (parent) WHERE parent IS NOT NULL;
CREATE INDEX session_dies_at ON session (dies_at);
CREATE INDEX app_code_parent ON app_code (parent);
CREATE INDEX app_code_expires_at ON app_code (expires_at);
CREATE INDEX consumed_keep_until ON consumed (keep_until);
COMMIT;
PRAGMA application_id=1685549668;
PRAGMA user_version=1;
