/** What a token is for: Graph, or Exchange Online's mail protocols (SMTP, IMAP, POP). */
export const resources = ['graph', 'outlook'] as const;
export type Resource = (typeof resources)[number];
