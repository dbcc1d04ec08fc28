/** `POST /users/{user}/sendMail`: https://learn.microsoft.com/graph/api/user-sendmail. */

import type { CloudContext } from '../cloud.ts';
import { type OutgoingMessage, submit } from '../mail/deliver.ts';
import { mailboxFor } from './authorize.ts';
import { type GraphAnswer, type GraphCall, jsonBody } from './call.ts';
import { readMessage } from './message-body.ts';
import { badBody, edmBoolean, jsonObject, readTyped } from './odata.ts';
import { admit, isMime, mimeBody } from './submission.ts';

/** Returns when the message is on its way. */
export async function sendMail(call: GraphCall): Promise<GraphAnswer> {
  const { cloud } = call;
  const sender = mailboxFor(call, 'Mail.Send');
  const { message, saveToSentItems } = isMime(call)
    ? { message: await mimeBody(call), saveToSentItems: true }
    : readSendMail(cloud, jsonBody(call));
  admit(call, sender, message);
  submit(cloud, 'graph', { sender, message, saveToSentItems });
  return { status: 202 };
}

function readSendMail(cloud: CloudContext, body: unknown): { message: OutgoingMessage; saveToSentItems: boolean } {
  const parameters = jsonObject.safeParse(body);
  if (!parameters.success) throw badBody('The request body is not a JSON object.');
  let given: unknown;
  let saveToSentItems = true;
  for (const [name, value] of Object.entries(parameters.data)) {
    // The metadata declares `Message` and `SaveToSentItems`, Microsoft's samples write both in camel case.
    if (/^message$/i.test(name)) given = value;
    else if (/^saveToSentItems$/i.test(name)) saveToSentItems = readSaveToSentItems(value);
    else
      throw badBody(
        `The parameter '${name}' in the request payload is not a valid parameter for the operation 'sendMail'.`,
      );
  }
  if (given === undefined || given === null) {
    throw badBody(
      "One or more parameters of the operation 'sendMail' are missing from the request payload. The missing parameters are: Message.",
    );
  }
  const { message } = readMessage(cloud, given);
  return { message, saveToSentItems };
}

/** Microsoft's own sample sends the string "false": https://learn.microsoft.com/graph/api/user-sendmail. */
function readSaveToSentItems(value: unknown): boolean {
  if (value === null || value === 'true') return true;
  return value === 'false' ? false : readTyped(edmBoolean, value);
}
