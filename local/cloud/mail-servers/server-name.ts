/** How the servers call themselves. Microsoft's put the name of one of thousands of machines there. */

import { randomBytes } from 'node:crypto';

export const serverName = 'localhost';

/** At the end of the greetings of IMAP and POP: the name in UTF-16, base64. */
export const encodedServerName = Buffer.from(serverName, 'utf16le').toString('base64');

/** What tells one SMTP session from others in Microsoft's logs: sixteen hexadecimal digits. */
export const newSessionId = (): string => randomBytes(8).toString('hex').toUpperCase();
