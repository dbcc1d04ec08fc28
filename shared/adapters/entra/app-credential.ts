/** Makes the credential that the settings choose. */

import type { TokenCredential } from '@azure/identity';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { Log } from '../../log.ts';
import type { Credential } from '../../tokens/credential.ts';
import { LocalCertificateCredential } from './local-certificate-credential.ts';
import { managedIdentityCredential } from './managed-identity-credential.ts';
import { settingSecretCredential, VaultSecretCredential } from './secret-credential.ts';
import { VaultCertificateCredential } from './vault-certificate-credential.ts';
import type { VaultClients } from '../vault/vault-clients.ts';

interface Clients extends VaultClients {
  readonly identity: TokenCredential;
}

export function appCredential(config: Config, clients: Clients, now: Clock, log: Log): Credential {
  const { clientId, authorityUrl, credential, credentialRefreshSeconds: refreshSeconds } = config;
  const { identity, certificates, keys, secrets, cryptography } = clients;
  switch (credential.kind) {
    case 'managed-identity':
      return managedIdentityCredential(identity, credential.identityClientId, credential.tokenExchangeResource);
    case 'secret':
      return 'secretName' in credential
        ? new VaultSecretCredential({ secrets, secretName: credential.secretName, refreshSeconds, now, log })
        : settingSecretCredential(credential.secret, credential.expiresAt);
    case 'certificate': {
      const { certificateName, signing } = credential;
      const common = { certificates, certificateName, clientId, authorityUrl, refreshSeconds, now, log };
      return signing === 'local'
        ? new LocalCertificateCredential({ ...common, secrets })
        : new VaultCertificateCredential({ ...common, keys, cryptography });
    }
  }
}
