/** Makes the credential that the settings choose. */

import type { TokenCredential } from '@azure/identity';
import type { SecretClient } from '@azure/keyvault-secrets';
import type { CryptographyClient } from '@azure/keyvault-keys';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { clouds } from '../clouds.ts';
import type { Credential } from '../tokens/credential.ts';
import { LocalCertificateCredential } from './local-certificate-credential.ts';
import { managedIdentityCredential } from './managed-identity-credential.ts';
import { settingSecretCredential, VaultSecretCredential } from './secret-credential.ts';
import { VaultCertificateCredential } from './vault-certificate-credential.ts';
import type { CertificateReader } from './vault-certificate-versions.ts';

interface Clients {
  readonly identity: TokenCredential;
  readonly certificates: CertificateReader;
  readonly secrets: SecretClient;
  readonly cryptography: (keyId: string) => CryptographyClient;
}

export function appCredential(config: Config, clients: Clients, now: Clock): Credential {
  const { clientId, authorityUrl, credential, cloud } = config;
  const { identity, certificates, secrets, cryptography } = clients;
  switch (credential.kind) {
    case 'managed-identity':
      return managedIdentityCredential(identity, credential.identityClientId, clouds[cloud].tokenExchangeResource);
    case 'secret':
      return 'secretName' in credential
        ? new VaultSecretCredential({ secrets, secretName: credential.secretName, now })
        : settingSecretCredential(credential.secret, credential.expiresAt);
    case 'certificate': {
      const { certificateName, signing } = credential;
      const common = { certificates, certificateName, clientId, authorityUrl, now };
      return signing === 'local'
        ? new LocalCertificateCredential({ ...common, secrets })
        : new VaultCertificateCredential({ ...common, cryptography });
    }
  }
}
