/** `scope:` of a resource or module: another resource, or the resource group that everything is in anyway. */

import { BicepError, type Place } from './bicep-error.ts';
import { deploymentPlace } from './place-of-deployment.ts';
import { Resource } from './resource.ts';
import { describe, isObject, type Value } from './values.ts';

/** @returns undefined for the resource group. */
export function scopeOf(value: Value | undefined, place: Place): Resource | undefined {
  if (value === undefined || value instanceof Resource) return value;
  if (value !== null && isObject(value) && value.get('id') === deploymentPlace.resourceGroupId) return undefined;
  throw new BicepError(`${describe(value)} is a scope that this reader does not know`, place);
}
