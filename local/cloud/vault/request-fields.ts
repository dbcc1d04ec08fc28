/** Fields that requests about certificates, keys and secrets have in common. */

import { z } from 'zod';

/** Fifteen tags of up to 256 characters each: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates. */
const tag = z.string().max(256);
const tags = z.record(tag, tag).refine((given) => Object.keys(given).length <= 15, 'at most 15');

/** Whatever else a client sends of an object's attributes, for example what it was given before, is not its to set. */
const attributes = z.object({
  enabled: z.boolean().optional(),
  nbf: z.int().min(0).optional(),
  exp: z.int().min(0).optional(),
});

export const commonFields = { attributes: attributes.optional(), tags: tags.optional() };

interface CommonFields {
  attributes?: z.infer<typeof attributes> | undefined;
  tags?: z.infer<typeof tags> | undefined;
}

/** As a version of an object has them. */
export interface ObjectFields {
  enabled?: boolean;
  notBefore?: number;
  expires?: number;
  tags?: Record<string, string>;
}

export function objectFields({ attributes: given, tags: labels }: CommonFields): ObjectFields {
  return {
    ...(given?.enabled !== undefined && { enabled: given.enabled }),
    ...(given?.nbf !== undefined && { notBefore: given.nbf }),
    ...(given?.exp !== undefined && { expires: given.exp }),
    ...(labels && { tags: labels }),
  };
}
