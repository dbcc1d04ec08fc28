/** App registrations, and the credentials by which an app proves itself. What is secret is told once and never again. */

import { X509Certificate } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { addSecret, removeSecret } from '../entra/client-secrets.ts';
import { addFederatedCredential, removeFederatedCredential } from '../entra/federated-credentials.ts';
import { addCertificate, removeCertificate } from '../entra/registered-certificates.ts';
import { findRegistration } from '../entra/registrations.ts';
import type { Registration } from '../state.ts';
import { type ClientSecret, registration as registrationSchema } from '../state/registration.ts';
import { change } from './merge-patch.ts';
import { noSuch, Problem } from './problem.ts';
import { parse, readBody, readJson } from './read-body.ts';
import { created, done, ok, part, resource } from './resource.ts';
import { requireRegistration, requireTenant } from './tenants.ts';

const editable = registrationSchema.omit({
  appId: true,
  homeTenantId: true,
  certificates: true,
  secrets: true,
  federatedCredentials: true,
});

const newRegistration = editable.extend({
  appId: z.guid().exactOptional(),
  homeTenantId: z.string(),
  displayName: z.string().min(1),
  publisher: z.string().exactOptional(),
  redirectUris: z.array(z.string()).default([]),
  requiredAppRoles: editable.shape.requiredAppRoles.default([]),
});

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const newSecret = z.strictObject({
  displayName: z.string().exactOptional(),
  value: z.string().exactOptional(),
  startsAt: time.exactOptional(),
  endsAt: time.exactOptional(),
});
const newCertificate = z.strictObject({ certificate: z.string() });
const newFederatedCredential = registrationSchema.shape.federatedCredentials.unwrap().element;

export function registrationRoutes(app: Hono, cloud: CloudContext): void {
  const of = (c: Parameters<typeof part>[0]): Registration => requireRegistration(cloud, part(c, 'appId'));
  const at = (registration: Registration, rest: string): string => `/registrations/${registration.appId}${rest}`;

  resource(app, '/registrations', {
    GET: (c) => ok(c, { registrations: cloud.state.registrations.map(registrationView) }),
    POST: async (c) => {
      const registration = addRegistration(cloud, await readJson(c));
      return created(c, at(registration, ''), registrationView(registration));
    },
  });
  resource(app, '/registrations/:appId', {
    GET: (c) => ok(c, registrationView(of(c))),
    PATCH: async (c) => {
      change(of(c), editable, await readJson(c));
      return ok(c, registrationView(of(c)));
    },
  });
  resource(app, '/registrations/:appId/secrets', {
    POST: async (c) => {
      const secret = addSecret(of(c), await readBody(c, newSecret));
      return created(c, at(of(c), `/secrets/${secret.keyId}`), secret);
    },
  });
  resource(app, '/registrations/:appId/secrets/:id', {
    DELETE: (c) => {
      if (!removeSecret(of(c), part(c, 'id'))) throw noSuch('secret', part(c, 'id'));
      return done(c);
    },
  });
  resource(app, '/registrations/:appId/certificates', {
    POST: async (c) => {
      const { certificate } = await readBody(c, newCertificate);
      const { thumbprint, der } = addCertificate(of(c), certificate);
      return created(c, at(of(c), `/certificates/${thumbprint}`), certificateView(thumbprint, der));
    },
  });
  resource(app, '/registrations/:appId/certificates/:id', {
    DELETE: (c) => {
      if (!removeCertificate(of(c), part(c, 'id'))) throw noSuch('certificate', part(c, 'id'));
      return done(c);
    },
  });
  resource(app, '/registrations/:appId/federated-credentials', {
    POST: async (c) => {
      const credential = await readBody(c, newFederatedCredential);
      addFederatedCredential(of(c), credential);
      return created(c, at(of(c), `/federated-credentials/${encodeURIComponent(credential.name)}`), credential);
    },
  });
  resource(app, '/registrations/:appId/federated-credentials/:id', {
    DELETE: (c) => {
      if (!removeFederatedCredential(of(c), part(c, 'id'))) throw noSuch('federated credential', part(c, 'id'));
      return done(c);
    },
  });
}

function addRegistration(cloud: CloudContext, given: unknown): Registration {
  const { appId = crypto.randomUUID(), homeTenantId, ...rest } = parse(newRegistration, given);
  const home = requireTenant(cloud, homeTenantId);
  if (findRegistration(cloud.state, appId) !== undefined) {
    throw new Problem(409, `"${appId}" is a registration already.`);
  }
  const registration: Registration = {
    publisher: home.displayName,
    ...rest,
    appId: appId.toLowerCase(),
    homeTenantId: home.id,
    certificates: [],
  };
  cloud.state.registrations.push(registration);
  return registration;
}

export function registrationView({ certificates, secrets = [], federatedCredentials = [], ...rest }: Registration) {
  return {
    ...rest,
    secrets: secrets.map(secretView),
    certificates: certificates.map(({ thumbprint, der }) => certificateView(thumbprint, der)),
    federatedCredentials,
  };
}

/** Without the digest, from which a short value could be guessed. */
function secretView({ keyId, displayName, hint, startsAt, endsAt }: ClientSecret) {
  const times = { startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString() };
  return { keyId, ...(displayName !== undefined && { displayName }), hint, ...times };
}

function certificateView(thumbprint: string, der: string) {
  const { subject, validFromDate, validToDate } = new X509Certificate(Buffer.from(der, 'base64'));
  return { thumbprint, subject, startsAt: validFromDate.toISOString(), endsAt: validToDate.toISOString() };
}
