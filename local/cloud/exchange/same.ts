/** How Exchange compares names, addresses and ids. */
export const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
