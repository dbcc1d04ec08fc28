/** The mail protocols of Exchange Online, and the permission that opens each. */

export const protocols = ['smtp', 'imap', 'pop'] as const;
export type Protocol = (typeof protocols)[number];

/** https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth */
export const rightOf: Readonly<Record<Protocol, string>> = {
  smtp: 'SMTP.SendAsApp',
  imap: 'IMAP.AccessAsApp',
  pop: 'POP.AccessAsApp',
};

export function protocolOf(right: string): Protocol | undefined {
  return protocols.find((one) => rightOf[one] === right);
}

/** As people write them. */
export const nameOf: Readonly<Record<Protocol, string>> = { smtp: 'SMTP', imap: 'IMAP', pop: 'POP3' };
