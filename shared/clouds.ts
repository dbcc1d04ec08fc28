/**
 * Microsoft's clouds: where each service answers and what its tokens are for. Tokens never cross from one to another. What
 * no page of Microsoft's confirms is undefined here, and must be set by whoever needs it: docs/clouds.md.
 *
 * Sources: https://learn.microsoft.com/graph/deployments and
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud, and for the token exchange
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */

import { TenantpostError } from './errors.ts';
import type { Resource } from './resource.ts';

/** `custom` is every other: nothing of it is known here. */
export const cloudNames = ['public', 'usgov', 'usgov-dod', 'china', 'custom'] as const;
export type Cloud = (typeof cloudNames)[number];

/** Identifier URIs of the resources that an installation uses. */
export type Audiences = Readonly<Partial<Record<Resource, string>>>;

/** `host:port` of each of Exchange Online's mail protocols. */
export interface MailHosts {
  readonly smtp: string | undefined;
  readonly imap: string | undefined;
  readonly pop: string | undefined;
}

export interface CloudFacts {
  readonly authorityUrl: string | undefined;
  readonly graphUrl: string | undefined;
  /** The identifier URI of each resource: its scope is this with `/.default`, its tokens carry it in `aud`. */
  readonly resources: Readonly<Record<Resource, string | undefined>>;
  /** For whom a managed identity's token must be to serve as client assertion: api://AzureADTokenExchange and its siblings. */
  readonly tokenExchangeResource: string | undefined;
  /** Key Vault refuses to be spoofed: the SDK checks that a vault's host ends with this domain. */
  readonly vaultDomain: string | undefined;
  readonly mailHosts: MailHosts;
  /** Hosts of the `iss` of its tokens, v1 and v2, and of its authority by its older names. */
  readonly issuerHosts: readonly string[];
}

// https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/pop3-and-imap4/pop3-and-imap4
const exchangeOnline: MailHosts = {
  smtp: 'smtp.office365.com:587',
  imap: 'outlook.office365.com:993',
  pop: 'outlook.office365.com:995',
};
const mailHostsOf = (host: string): MailHosts => ({ smtp: `${host}:587`, imap: `${host}:993`, pop: `${host}:995` });
const unconfirmed: MailHosts = { smtp: undefined, imap: undefined, pop: undefined };

// v1 and v2: https://learn.microsoft.com/answers/questions/1190472/what-are-the-token-issuers-for-the-sovereign-cloud. US
// Government has the v1 issuer of the public cloud. The older names are those that MSAL takes for the same authority.
const usGovernmentIssuers = ['sts.windows.net', 'login.microsoftonline.us', 'login.usgovcloudapi.net'];

export const clouds: Readonly<Record<Cloud, CloudFacts>> = {
  public: {
    authorityUrl: 'https://login.microsoftonline.com',
    graphUrl: 'https://graph.microsoft.com',
    resources: {
      graph: 'https://graph.microsoft.com',
      // https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
      outlook: 'https://outlook.office365.com',
    },
    tokenExchangeResource: 'api://AzureADTokenExchange',
    vaultDomain: 'vault.azure.net',
    mailHosts: exchangeOnline,
    issuerHosts: ['sts.windows.net', 'login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com'],
  },
  usgov: {
    authorityUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://graph.microsoft.us',
    resources: { graph: 'https://graph.microsoft.us', outlook: undefined },
    tokenExchangeResource: 'api://AzureADTokenExchangeUSGov',
    vaultDomain: 'vault.usgovcloudapi.net',
    // https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-u-s-government-gcc-high-endpoints
    mailHosts: mailHostsOf('outlook.office365.us'),
    issuerHosts: usGovernmentIssuers,
  },
  'usgov-dod': {
    authorityUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://dod-graph.microsoft.us',
    resources: { graph: 'https://dod-graph.microsoft.us', outlook: undefined },
    tokenExchangeResource: 'api://AzureADTokenExchangeUSGov',
    vaultDomain: 'vault.usgovcloudapi.net',
    // https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-u-s-government-dod-endpoints
    mailHosts: mailHostsOf('outlook-dod.office365.us'),
    issuerHosts: usGovernmentIssuers,
  },
  china: {
    authorityUrl: 'https://login.partner.microsoftonline.cn',
    graphUrl: 'https://microsoftgraph.chinacloudapi.cn',
    resources: { graph: 'https://microsoftgraph.chinacloudapi.cn', outlook: undefined },
    tokenExchangeResource: 'api://AzureADTokenExchangeChina',
    vaultDomain: 'vault.azure.cn',
    mailHosts: unconfirmed,
    issuerHosts: ['sts.chinacloudapi.cn', 'login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
  },
  custom: {
    authorityUrl: undefined,
    graphUrl: undefined,
    resources: { graph: undefined, outlook: undefined },
    tokenExchangeResource: undefined,
    vaultDomain: undefined,
    mailHosts: unconfirmed,
    issuerHosts: [],
  },
};

/** @throws TenantpostError `CONFIG_INVALID` for a resource that this installation does not use. */
export function audienceOf(audiences: Audiences, resource: Resource): string {
  const audience = audiences[resource];
  if (audience !== undefined) return audience;
  const message = `A token for ${resource} was asked for: TENANTPOST_RESOURCES must name it.`;
  throw new TenantpostError('CONFIG_INVALID', message, { detail: { settings: 'TENANTPOST_RESOURCES' } });
}

/**
 * Whether the `iss` of a token, or the URL of an authority, belongs to another cloud. Of a host that no cloud here has,
 * nobody can say so; nor of any in a custom cloud, whose own are not known.
 */
export function isForeignIssuer(cloud: Cloud, issuer: string): boolean {
  if (cloud === 'custom') return false;
  const host = URL.parse(issuer)?.hostname ?? '';
  return !clouds[cloud].issuerHosts.includes(host) && othersOf(cloud).some((one) => one.issuerHosts.includes(host));
}

/** The cloud that has this URL for Graph, or this identifier for a resource, and the asking one has not. */
export function ownerOfForeign(cloud: Cloud, url: string): Cloud | undefined {
  if (cloud === 'custom') return undefined;
  const has = (one: Cloud): boolean => {
    const { graphUrl, resources, tokenExchangeResource } = clouds[one];
    return [graphUrl, ...Object.values(resources), tokenExchangeResource].includes(url);
  };
  return has(cloud) ? undefined : cloudNames.find((one) => has(one));
}

/** Whether a host is below the domain that one of the clouds has for its vaults. */
export function isMicrosoftsVault(host: string): boolean {
  return Object.values(clouds).some((one) => hasVault(one, host));
}

/** Whether it is below that of another cloud, where no identity of this one is known. */
export function isForeignVault(cloud: Cloud, host: string): boolean {
  return cloud !== 'custom' && isMicrosoftsVault(host) && !hasVault(clouds[cloud], host);
}

const hasVault = ({ vaultDomain }: CloudFacts, host: string): boolean =>
  vaultDomain !== undefined && host.endsWith(`.${vaultDomain}`);

function othersOf(cloud: Cloud): readonly CloudFacts[] {
  return cloudNames.filter((one) => one !== cloud).map((one) => clouds[one]);
}
