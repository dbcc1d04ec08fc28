/**
 * Groups of functions that scale together on Flex Consumption: all HTTP functions are one, every other function is one by
 * itself (https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#per-function-scaling). The names are
 * those of its always-ready instances.
 */

export const httpGroup = 'http';

export function groupOf({ name, trigger }: { name: string; trigger: 'http' | 'queue' | 'timer' }): string {
  return trigger === 'http' ? httpGroup : `function:${name}`;
}

export function isSameGroup(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
