/** `POST /users/{user}/messages/{id}/send`: https://learn.microsoft.com/graph/api/message-send. */

import { submitDraft } from '../mail/deliver.ts';
import { mailboxFor } from './authorize.ts';
import { type GraphAnswer, type GraphCall, jsonBody } from './call.ts';
import { messageOf } from './ids.ts';
import { badBody } from './odata.ts';
import { itemNotFound } from './refusal.ts';
import { admit } from './submission.ts';

/**
 * Until transport has taken it, the message still lies in Drafts and can be sent once more: nothing that Microsoft
 * writes promises that a second request is recognized.
 */
export function sendMessage(call: GraphCall): GraphAnswer {
  const sender = mailboxFor(call, 'Mail.Send');
  checkEmpty(call);
  const draft = messageOf(call, sender);
  // What has left Drafts is answered as if it were not there: https://github.com/rlrghb/olkcli/issues/118.
  if (!draft.isDraft) throw itemNotFound('message');
  admit(call, sender, draft);
  submitDraft(call.cloud, 'graph', sender, draft);
  return { status: 202 };
}

/** The action has no parameters; some clients send an empty object for that. */
function checkEmpty(call: GraphCall): void {
  if (call.body.length === 0) return;
  const body = jsonBody(call);
  const [parameter] = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  if (parameter === undefined) return;
  throw badBody(
    `The parameter '${parameter}' in the request payload is not a valid parameter for the operation 'send'.`,
  );
}
