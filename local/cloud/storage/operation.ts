/** What a request to the storage account does, in the words of its REST reference, and which rights that takes. */

/** A right without its prefix `Microsoft.Storage/storageAccounts/`. */
export type StorageAction = `${'blob' | 'queue' | 'table'}Services/${string}`;

export interface StorageOperation {
  /** The reference's title in camel case: `putMessage`, `insertEntity`, `getBlob` ... */
  readonly name: string;
  /** Any one of these sets allows it. */
  readonly needs: readonly (readonly StorageAction[])[];
}

/** A request as far as its operation depends on it. */
export interface StorageRequest {
  readonly method: string;
  /** Below the account, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Pick<Headers, 'has'>;
}

/** Each argument is one set of rights that is enough by itself. */
export const operation = (name: string, ...needs: (StorageAction | StorageAction[])[]): StorageOperation => ({
  name,
  needs: needs.map((one) => [one].flat()),
});

/** A path-style address, as every emulator has: the account is the first segment. */
export function storageRequest({ method, url, headers }: Pick<Request, 'method' | 'url' | 'headers'>): StorageRequest {
  const { pathname, searchParams } = new URL(url);
  const [, ...segments] = pathname.split('/').filter((segment) => segment !== '');
  return { method, segments: segments.map(decoded), query: searchParams, headers };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
