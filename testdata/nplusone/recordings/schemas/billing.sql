-- JavaScript's naming: quoted camelCase, UUID keys, a composite key, accounts that refer accounts.
CREATE TABLE "Account" ("accountId" uuid PRIMARY KEY, "displayName" text NOT NULL, "referredBy" uuid REFERENCES "Account", "deletedAt" timestamptz);
CREATE TABLE "BillingAddress" ("addressId" uuid PRIMARY KEY, "accountId" uuid NOT NULL UNIQUE REFERENCES "Account", city text NOT NULL);
CREATE TABLE "Invoice" ("invoiceId" uuid PRIMARY KEY, "accountId" uuid NOT NULL REFERENCES "Account", "invoiceNumber" int NOT NULL, status text NOT NULL DEFAULT 'open', total numeric(12, 2) NOT NULL DEFAULT 0, "issuedAt" timestamptz NOT NULL DEFAULT now());
CREATE TABLE "Product" ("productId" uuid PRIMARY KEY, sku text NOT NULL, "unitPrice" numeric(12, 2) NOT NULL);
CREATE TABLE "InvoiceLine" ("invoiceId" uuid NOT NULL REFERENCES "Invoice", "lineNumber" int NOT NULL, "productId" uuid NOT NULL REFERENCES "Product", quantity int NOT NULL, PRIMARY KEY ("invoiceId", "lineNumber"));
CREATE TABLE "Payment" ("paymentId" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "invoiceId" uuid NOT NULL REFERENCES "Invoice", amount numeric(12, 2) NOT NULL, "paidAt" timestamptz NOT NULL DEFAULT now());
CREATE TABLE "Tag" ("tagId" uuid PRIMARY KEY, label text NOT NULL);
CREATE TABLE "InvoiceTag" ("invoiceId" uuid NOT NULL REFERENCES "Invoice", "tagId" uuid NOT NULL REFERENCES "Tag", PRIMARY KEY ("invoiceId", "tagId"));
CREATE FUNCTION key_of(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || n)::uuid $$;
INSERT INTO "Account" SELECT key_of('a', i), 'account ' || i, CASE WHEN i > 4 THEN key_of('a', i % 4 + 1) END FROM generate_series(1, 40) i;
INSERT INTO "BillingAddress" SELECT key_of('b', i), key_of('a', i), 'city ' || i FROM generate_series(1, 40) i;
INSERT INTO "Invoice" SELECT key_of('i', i), key_of('a', i % 40 + 1), 1000 + i, CASE i % 3 WHEN 0 THEN 'open' ELSE 'paid' END, i * 10, timestamptz '2026-01-01' + i * interval '1 hour' FROM generate_series(1, 160) i;
INSERT INTO "Product" SELECT key_of('p', i), 'SKU' || i, i FROM generate_series(1, 50) i;
INSERT INTO "InvoiceLine" SELECT key_of('i', i), j, key_of('p', (i * 3 + j) % 50 + 1), j FROM generate_series(1, 160) i, generate_series(1, 3) j;
INSERT INTO "Payment" ("paymentId", "invoiceId", amount) SELECT key_of('y', i), key_of('i', i % 160 + 1), i FROM generate_series(1, 200) i;
INSERT INTO "Tag" SELECT key_of('t', i), 'tag ' || i FROM generate_series(1, 7) i;
INSERT INTO "InvoiceTag" SELECT key_of('i', i), key_of('t', (i + j) % 7 + 1) FROM generate_series(1, 160) i, generate_series(1, 2) j;
DROP FUNCTION key_of(text, bigint);
