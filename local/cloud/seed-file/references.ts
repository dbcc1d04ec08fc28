/** What no single field can tell: names that lead nowhere, and names that two things have. */

import type { z } from 'zod';
import { addressIn } from './names.ts';
import type { SeedRegistration } from './registration.ts';
import type { SeedIdentity, SeedVault } from './subscription.ts';
import type { SeedTenant } from './tenant.ts';

interface Referring {
  tenants: SeedTenant[];
  registrations: SeedRegistration[];
  identities: SeedIdentity[];
  vault: SeedVault;
}

type Path = (string | number)[];

export function checkReferences(seed: Referring, context: z.core.$RefinementCtx<Referring>): void {
  const refuse = (path: Path, message: string): void => context.addIssue({ code: 'custom', path, message });
  new References(seed, refuse).check();
}

class References {
  readonly #seed: Referring;
  readonly #refuse: (path: Path, message: string) => void;

  constructor(seed: Referring, refuse: (path: Path, message: string) => void) {
    this.#seed = seed;
    this.#refuse = refuse;
  }

  check(): void {
    const { tenants, registrations, identities, vault } = this.#seed;
    this.#distinct(['tenants'], tenants, 'domain', 'id');
    this.#distinct(['registrations'], registrations, 'displayName', 'appId');
    this.#distinct(['identities'], identities, 'name', 'clientId', 'principalId');
    tenants.forEach((tenant, place) => this.#checkTenant(tenant, ['tenants', place]));
    registrations.forEach((one, place) => this.#checkRegistration(one, ['registrations', place]));
    identities.forEach(({ tenant }, place) => this.#tenant(tenant, ['identities', place, 'tenant']));
    this.#tenant(vault.tenant, ['vault', 'tenant']);
    this.#checkVaultNames(vault);
    if (tenants.length > 0) return;
    if (registrations.length > 0) this.#refuse(['tenants'], 'must have the tenant in which the apps are registered');
    if (identities.length > 0) this.#refuse(['tenants'], 'must have the tenant in which the identities live');
  }

  #checkTenant(tenant: SeedTenant, path: Path): void {
    const names = tenant.mailboxes.map((one) => (typeof one === 'string' ? one : one.name));
    const addresses = names.map((name) => addressIn(tenant.domain, name).toLowerCase());
    addresses.forEach((address, place) => {
      if (!address.endsWith(`@${tenant.domain}`)) {
        this.#refuse([...path, 'mailboxes', place], `must be an address in ${tenant.domain}`);
      }
      if (addresses.indexOf(address) < place)
        this.#refuse([...path, 'mailboxes', place], `${address} is there already`);
    });
    const apps = tenant.consents.map((one) => (typeof one === 'string' ? one : one.app));
    apps.forEach((app, place) => {
      const at = [...path, 'consents', place];
      if (!this.#seed.registrations.some(({ displayName }) => displayName === app)) {
        this.#refuse(at, `must be the displayName of a registration: there is no "${app}"`);
      } else if (apps.indexOf(app) < place) this.#refuse(at, `the consent to "${app}" is there already`);
    });
    tenant.exchange.apps.forEach((one, place) => {
      const at = [...path, 'exchange', 'apps', place];
      if (!apps.includes(one.app)) {
        this.#refuse([...at, 'app'], `must be an app to which ${tenant.domain} has consented: not "${one.app}"`);
      }
      for (const right of ['fullAccess', 'sendAs'] as const) {
        one[right].forEach((mailbox, number) => {
          if (addresses.includes(addressIn(tenant.domain, mailbox).toLowerCase())) return;
          this.#refuse([...at, right, number], `must be a mailbox of ${tenant.domain}: there is no "${mailbox}"`);
        });
      }
    });
  }

  #checkRegistration({ tenant, certificates, federatedCredentials }: SeedRegistration, path: Path): void {
    this.#tenant(tenant, [...path, 'tenant']);
    certificates.forEach((one, place) => {
      if (one === 'generate' || !('vault' in one) || this.#seed.vault.certificates.some(isNamed(one.vault))) return;
      this.#refuse(
        [...path, 'certificates', place, 'vault'],
        `must be a certificate of the vault: there is no "${one.vault}"`,
      );
    });
    this.#distinct([...path, 'federatedCredentials'], federatedCredentials, 'name');
    federatedCredentials.forEach((one, place) => {
      if (!('identity' in one) || this.#seed.identities.some(isNamed(one.identity))) return;
      this.#refuse(
        [...path, 'federatedCredentials', place, 'identity'],
        `must be the name of an identity: there is no "${one.identity}"`,
      );
    });
  }

  /** A certificate has its key and its secret under its own name, so no other may have that. */
  #checkVaultNames({ certificates, keys, secrets }: SeedVault): void {
    this.#distinct(['vault', 'certificates'], certificates, 'name');
    this.#distinct(['vault', 'keys'], keys, 'name');
    this.#distinct(['vault', 'secrets'], secrets, 'name');
    for (const [collection, objects] of Object.entries({ keys, secrets })) {
      objects.forEach(({ name }, place) => {
        if (!certificates.some(isNamed(name))) return;
        this.#refuse(['vault', collection, place, 'name'], `a certificate is named "${name}"`);
      });
    }
  }

  #tenant(domain: string | undefined, path: Path): void {
    if (domain === undefined || this.#seed.tenants.some((tenant) => tenant.domain === domain)) return;
    this.#refuse(path, `must be the domain of a tenant: there is no "${domain}"`);
  }

  #distinct<Item extends object>(path: Path, items: readonly Item[], ...fields: (keyof Item & string)[]): void {
    for (const field of fields) {
      const values = items.map((item) => String(item[field] ?? '').toLowerCase());
      values.forEach((value, place) => {
        if (value === '' || values.indexOf(value) === place) return;
        this.#refuse([...path, place, field], `"${value}" is there already`);
      });
    }
  }
}

const isNamed =
  (wanted: string) =>
  ({ name }: { name: string }): boolean =>
    name.toLowerCase() === wanted.toLowerCase();
