/**
 * Microsoft's clouds: where each service answers and what its tokens are for. Tokens never cross from one to another.
 *
 * Sources: https://learn.microsoft.com/graph/deployments and
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud, and for the token exchange
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */

export type Cloud = 'public' | 'usgov' | 'usgov-dod' | 'china';

export interface MailHosts {
  readonly smtp: string | undefined;
  readonly imap: string | undefined;
  readonly pop: string | undefined;
}

interface CloudFacts {
  readonly authorityUrl: string;
  readonly graphUrl: string;
  /** The identifier URI of Graph: its scope is this with `/.default`, its tokens carry it in `aud`. */
  readonly graphResource: string;
  /** For whom a managed identity's token must be to serve as client assertion: api://AzureADTokenExchange and its siblings. */
  readonly tokenExchangeResource: string;
  /** Key Vault refuses to be spoofed: the SDK checks that a vault's host ends with this domain. */
  readonly vaultDomain: string;
  readonly mailHosts: MailHosts;
}

// https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/pop3-and-imap4/pop3-and-imap4
const exchangeOnline: MailHosts = {
  smtp: 'smtp.office365.com:587',
  imap: 'outlook.office365.com:993',
  pop: 'outlook.office365.com:995',
};
const unconfirmed: MailHosts = { smtp: undefined, imap: undefined, pop: undefined };

export const clouds: Readonly<Record<Cloud, CloudFacts>> = {
  public: {
    authorityUrl: 'https://login.microsoftonline.com',
    graphUrl: 'https://graph.microsoft.com',
    graphResource: 'https://graph.microsoft.com',
    tokenExchangeResource: 'api://AzureADTokenExchange',
    vaultDomain: 'vault.azure.net',
    mailHosts: exchangeOnline,
  },
  usgov: {
    authorityUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://graph.microsoft.us',
    graphResource: 'https://graph.microsoft.us',
    tokenExchangeResource: 'api://AzureADTokenExchangeUSGov',
    vaultDomain: 'vault.usgovcloudapi.net',
    mailHosts: unconfirmed,
  },
  'usgov-dod': {
    authorityUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://dod-graph.microsoft.us',
    graphResource: 'https://dod-graph.microsoft.us',
    tokenExchangeResource: 'api://AzureADTokenExchangeUSGov',
    vaultDomain: 'vault.usgovcloudapi.net',
    mailHosts: unconfirmed,
  },
  china: {
    authorityUrl: 'https://login.partner.microsoftonline.cn',
    graphUrl: 'https://microsoftgraph.chinacloudapi.cn',
    graphResource: 'https://microsoftgraph.chinacloudapi.cn',
    tokenExchangeResource: 'api://AzureADTokenExchangeChina',
    vaultDomain: 'vault.azure.cn',
    mailHosts: unconfirmed,
  },
};
