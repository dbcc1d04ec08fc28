/** MAPI properties under which a client finds its messages again: https://learn.microsoft.com/graph/api/resources/extended-properties-overview. */

import type { StoredMessage } from '../state.ts';
import { refuseWith } from './call.ts';

type ExtendedProperty = StoredMessage['extendedProperties'][number];

/**
 * The id as it is compared: names are case-sensitive, the rest is not.
 *
 * @throws GraphRefusal 400 for an id of another form. The sentence is what clients quote; no source tells its code, and
 *     this is Exchange's for an invalid property.
 */
export function checkPropertyId(id: string): string {
  const [, type, set, kind, name, tag] =
    /^(\w+)\s+(?:\{([0-9a-f-]{36})\}\s+(Name|Id)\s+(\S.*)|(0x[0-9a-f]{1,4}))$/i.exec(id.trim()) ?? [];
  if (type !== undefined) {
    if (tag !== undefined) return `${type} ${tag.toLowerCase()}`;
    return `${type} {${set?.toLowerCase()}} ${kind} ${name}`;
  }
  refuseWith(
    400,
    'ErrorInvalidProperty',
    "PropertyId values may only be in one of the following formats: 'MapiPropertyType namespaceGuid Name propertyName', 'MapiPropertyType namespaceGuid Id propertyId' or 'MapiPropertyType propertyTag'.",
    'extended property id',
  );
}

export function readExtendedProperties(given: { id: string; value?: string | null | undefined }[]): ExtendedProperty[] {
  return given.map(({ id, value }) => ({ id: checkPropertyId(id), value: value ?? '' }));
}

/** Changes those that are named and leaves the others. */
export function mergeProperties(kept: ExtendedProperty[], given: readonly ExtendedProperty[]): ExtendedProperty[] {
  const named = new Set(given.map(({ id }) => id));
  return [...kept.filter(({ id }) => !named.has(id)), ...given];
}
