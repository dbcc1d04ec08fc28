import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { graphMark, withMessageId, withProperty } from '../../../../../shared/adapters/graph/graph-mark.ts';
import { clientId, contoso, fabrikam } from '../../../../support/app-identity.ts';

const job = { tenant: contoso, id: 'invoice-4711', from: 'post@contoso.example' };

describe('what a mail is found by', () => {
  test('is the same every time, and has the job’s id in it for people', () => {
    assert.deepEqual(graphMark(job, clientId), graphMark({ ...job }, clientId));
    assert.match(graphMark(job, clientId).property, /^invoice-4711 [0-9a-f]{32}$/);
    assert.match(graphMark(job, clientId).header, /^[0-9a-f]{32}$/);
    assert.match(graphMark(job, clientId).messageId, /^<[^@<>\s]+@contoso\.example>$/);
  });

  test('differs by tenant, app and id, and for ids that differ in case alone', () => {
    const marks = [
      graphMark(job, clientId),
      graphMark({ ...job, tenant: fabrikam }, clientId),
      graphMark(job, crypto.randomUUID()),
      graphMark({ ...job, id: 'Invoice-4711' }, clientId),
      graphMark({ ...job, id: 'invoice-4712' }, clientId),
    ];
    // Graph compares the values of properties without regard to case.
    assert.equal(new Set(marks.map(({ property }) => property.toLowerCase())).size, marks.length);
    assert.equal(new Set(marks.map(({ header }) => header)).size, marks.length);
    assert.equal(new Set(marks.map(({ messageId }) => messageId.toLowerCase())).size, marks.length);
  });

  test('is quoted as OData has it', () => {
    assert.equal(withMessageId("<o'brien@contoso.example>"), "internetMessageId eq '<o''brien@contoso.example>'");
    assert.match(
      withProperty(graphMark(job, clientId)),
      /^singleValueExtendedProperties\/Any\(one: one\/id eq 'String \{[0-9a-f-]{36}\} Name TenantpostJob' and one\/value eq 'invoice-4711 [0-9a-f]{32}'\)$/,
    );
  });
});
