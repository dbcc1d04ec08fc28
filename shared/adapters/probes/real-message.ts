/** A message that the doctor sends when it is asked to: by the way that every mail goes, and no other. */

import type { SendMessage } from '../../checks/ports.ts';
import type { Carrier } from '../../mail/carrier.ts';
import { parseMailJob } from '../../mail/job/mail-job.ts';

const subject = 'Test message of tenantpost';
const text = [
  'An operator asked the doctor of tenantpost to send this message, to see whether mail of this mailbox leaves.',
  'Nothing is to be done about it.',
  '',
].join('\r\n');

export function realMessage(carrier: Carrier): SendMessage {
  return async (token, from, to) => {
    const { job } = parseMailJob({
      ...{ version: 1, id: `doctor-${crypto.randomUUID()}`, tenant: token.tenantId },
      ...{ from, to: [to], subject, text },
      // One request, whatever the tenant's own delivery is: there is nobody to look for it later.
      delivery: 'standard',
    });
    const mail = { job, text, attachments: [], bytes: Buffer.byteLength(text) };
    const { requestId } = await carrier.send({ mail, token, progress: undefined, record: () => Promise.resolve() });
    return requestId === undefined ? 'accepted' : `accepted, request-id ${requestId}`;
  };
}
