export const neededNode: string;
export function stripsTypes(version: string): boolean;
