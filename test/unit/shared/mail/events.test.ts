import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operations } from '../../../../functions/operations.ts';
import { hours } from '../../../../shared/clock.ts';
import { openApi } from '../../../../shared/mail/api/open-api.ts';
import { jobEnded } from '../../../../shared/mail/events.ts';
import { type Outcome, outcomeStates, terminalStates } from '../../../../shared/mail/outcome.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { OpenApi } from '../../../support/open-api.ts';

const ended: Outcome = {
  tenantId: contoso,
  id: 'invoice-4711',
  state: 'failed',
  transport: 'graph',
  fingerprint: 'print',
  tries: 2,
  createdAt: noon - 1 * hours,
  updatedAt: noon,
  endedAt: noon,
  code: 'MAILBOX_NOT_FOUND',
  mailbox: 'billing@contoso.example',
  requestId: 'request-1',
  serviceCode: 'ErrorInvalidUser',
};

describe('the event of an end', () => {
  test('has tenant, id, state, code, times, tries and request id, and nothing else', () => {
    assert.deepEqual(jobEnded(ended), {
      version: 1,
      type: 'mail-job.ended',
      tenant: contoso,
      id: 'invoice-4711',
      state: 'failed',
      transport: 'graph',
      code: 'MAILBOX_NOT_FOUND',
      tries: 2,
      createdAt: '2026-11-22T11:00:00.000Z',
      endedAt: '2026-11-22T12:00:00.000Z',
      requestId: 'request-1',
    });
  });

  test('is what the OpenAPI description says of it, in every last state', () => {
    const api = new OpenApi(openApi('https://mail.example.com', operations));
    const { requestId: _, code: __, ...least } = ended;
    for (const state of terminalStates) {
      for (const outcome of [ended, least]) {
        const schema = { $ref: '#/components/schemas/MailJobEnded' };
        api.requireValid(schema, jobEnded({ ...outcome, state }), state);
      }
    }
  });

  test('is not made of a state that is none', () => {
    for (const state of outcomeStates.filter((one) => !terminalStates.includes(one))) {
      assert.throws(() => jobEnded({ ...ended, state }));
    }
  });
});
