/** What the forms about app registrations do. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { invalid, noSuch } from '../control/problem.ts';
import { requireRegistration } from '../control/tenants.ts';
import { addSecret, removeSecret } from '../entra/client-secrets.ts';
import { addFederatedCredential, removeFederatedCredential } from '../entra/federated-credentials.ts';
import { addCertificate, removeCertificate } from '../entra/registered-certificates.ts';
import type { Registration } from '../state.ts';
import { action, type Forms } from './action.ts';
import { appPath, paths } from './paths.ts';

type Part = (name: string) => string;

const dayMilliseconds = 24 * 60 * 60 * 1000;
const mostDays = 36_500;

export function appActions(forms: Forms, cloud: CloudContext): void {
  const at = `${paths.apps}/:appId`;
  const page = (part: Part): string => appPath(part('appId'));
  const of = (part: Part): Registration => requireRegistration(cloud, part('appId'));

  action(forms, `${at}/secrets`, {
    page,
    run(part, typed) {
      const days = Number(typed('days'));
      if (!Number.isInteger(days) || days < 1 || days > mostDays) {
        throw invalid([{ field: 'Days', message: `must be from 1 to ${mostDays}` }]);
      }
      const startsAt = cloud.now('entra');
      const displayName = typed('displayName');
      const { value } = addSecret(of(part), {
        startsAt,
        endsAt: startsAt + days * dayMilliseconds,
        ...(displayName !== '' && { displayName }),
      });
      return html`<p>The value of the new secret, which is not shown again: <code class="secret">${value}</code></p>`;
    },
  });
  action(forms, `${at}/certificates`, {
    page,
    run(part, typed) {
      const { thumbprint } = addCertificate(of(part), typed('certificate'));
      return html`<p>Added the certificate <code>${thumbprint}</code>.</p>`;
    },
  });
  action(forms, `${at}/federated-credentials`, {
    page,
    run(part, typed) {
      const [name, issuer, subject, audience] = ['name', 'issuer', 'subject', 'audience'].map((field) => typed(field));
      if (!name || !issuer || !subject || !audience) {
        throw invalid([{ field: 'Federated credential', message: 'needs all four fields' }]);
      }
      addFederatedCredential(of(part), { name, issuer, subject, audiences: [audience] });
      return html`<p>Added ${name}.</p>`;
    },
  });
  const remove = (kind: string, what: string, from: (registration: Registration, id: string) => boolean) =>
    action(forms, `${at}/${kind}/:id/remove`, {
      page,
      run(part) {
        if (!from(of(part), part('id'))) throw noSuch(what, part('id'));
        return html`<p>Removed the ${what}.</p>`;
      },
    });
  remove('secrets', 'secret', removeSecret);
  remove('certificates', 'certificate', removeCertificate);
  remove('federated-credentials', 'federated credential', removeFederatedCredential);
}
