/** What the mailbox says of a send whose answer was lost, and what of it is removed. */

import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { contentOf } from '../../../../../local/cloud/mail/content.ts';
import { moveMessage, removeMessage, settle } from '../../../../../local/cloud/mail/folders.ts';
import type { StoredMessage } from '../../../../../local/cloud/state.ts';
import { heldContent } from '../../../../../shared/mail/job/content-store.ts';
import type { Mail } from '../../../../../shared/mail/job/mail.ts';
import { addTenant, anEnterpriseApp, startTestCloud } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import {
  aFile,
  aGraphMail,
  copiesOf,
  folders,
  GraphDelivery,
  graphToken,
  mayDraft,
  receiver,
  sender,
  withoutLimits,
} from '../../../../support/graph-delivery.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
withoutLimits(cloud);
afterEach(() => {
  cloud.faults.clear();
  cloud.state.settling = 0;
});

const html = '<p>Beside the text</p>';

async function aDelivery(
  job: Record<string, unknown> = {},
  roles: readonly string[] = mayDraft,
): Promise<GraphDelivery> {
  return new GraphDelivery(cloud, await aGraphMail(job), await graphToken(cloud, { roles: [...roles] }));
}

/** Its send has been accepted, or has not, and the answer is lost. */
async function lost(when: 'before' | 'after', job: Record<string, unknown> = {}, roles: readonly string[] = mayDraft) {
  const operation = job['delivery'] === 'exactly-once' ? 'sendMessage' : 'sendMail';
  const id = cloud.faults.add({ service: 'graph', operation, times: 1, fault: { kind: 'cut', when } });
  const delivery = await aDelivery(job, roles);
  assert.equal((await failureOf(delivery.send())).code, 'SEND_UNCONFIRMED');
  cloud.faults.remove(id);
  return delivery;
}

const copyIn = (mail: Mail, folder: StoredMessage['folder']): StoredMessage => {
  const copy = copiesOf(cloud, mail).find((one) => one.folder === folder);
  assert.ok(copy, folders(cloud, mail).join(', '));
  return copy;
};

describe('of one request the mailbox says', () => {
  for (const [form, job] of Object.entries({ JSON: {}, MIME: { html } })) {
    for (const roles of [['Mail.Send', 'Mail.Read'], mayDraft]) {
      test(`that it was sent, or was not, in ${form} to who has ${roles.join(' and ')}`, async () => {
        assert.deepEqual(await (await lost('after', job, roles)).find(), { kind: 'sent' });
        assert.deepEqual(await (await lost('before', job, roles)).find(), { kind: 'not-sent' });
      });
    }

    test(`nothing to who has Mail.Send alone, in ${form}`, async () => {
      for (const when of ['before', 'after'] as const) {
        assert.deepEqual(await (await lost(when, job, ['Mail.Send'])).find(), { kind: 'unsure' });
      }
    });
  }

  test('nothing of a mail that leaves no copy', async () => {
    for (const when of ['before', 'after'] as const) {
      assert.deepEqual(await (await lost(when, { saveToSentItems: false })).find(), { kind: 'unsure' });
    }
  });

  test('that it was sent wherever somebody has moved it', async () => {
    const delivery = await lost('after');
    const copy = copyIn(delivery.mail, 'sentitems');
    for (const folder of ['archive', 'deleteditems', 'inbox'] as const) {
      moveMessage(cloud, copy, folder);
      assert.deepEqual(await delivery.find(), { kind: 'sent' });
    }
  });

  test('that it was not sent when it still lies in Drafts, from where it is removed then', async () => {
    cloud.state.settling = 3_600_000;
    for (const job of [{}, { html }]) {
      const delivery = await lost('after', job);
      assert.deepEqual(await delivery.find(), { kind: 'not-sent' });
      assert.deepEqual(folders(cloud, delivery.mail), [`inbox ${receiver}`]);
    }
  });

  test('nothing when it lies in Drafts and may not be removed', async () => {
    cloud.state.settling = 3_600_000;
    const delivery = await lost('after', {}, ['Mail.Send', 'Mail.Read']);
    assert.deepEqual(await delivery.find(), { kind: 'unsure' });
  });

  test('nothing of the mail of another job, tenant or app', async () => {
    const id = crypto.randomUUID();
    const sent = await aDelivery({ id: `${id}-a` });
    await sent.send();
    for (const other of [`${id}-A`, `${id}-`, `${id}-a.`, id]) {
      assert.deepEqual(await (await aDelivery({ id: other })).find(), { kind: 'not-sent' }, other);
    }
    const otherApp = new GraphDelivery(cloud, sent.mail, { ...sent.token, clientId: crypto.randomUUID() });
    assert.deepEqual(await otherApp.find(), { kind: 'not-sent' });
    assert.deepEqual(await sent.find(), { kind: 'sent' });
    const tenant = addTenant(cloud);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: tenant.id }));
    const from = `post@${tenant.domain}`;
    cloud.state.mailboxes.push({ tenantId: tenant.id, id: crypto.randomUUID(), address: from, displayName: 'Post' });
    const foreign = await aGraphMail({ id: `${id}-a`, tenant: tenant.id, from });
    assert.deepEqual(await new GraphDelivery(cloud, foreign, await graphToken(cloud, { tid: tenant.id })).find(), {
      kind: 'not-sent',
    });
  });

  test('the same of ids with every character that an id may have', async () => {
    for (const id of ['a+b', 'a@b=c', 'a:b.c_d-e', '=27', '+'.repeat(200)]) {
      const delivery = await aDelivery({ id: `${id}${crypto.randomUUID()}`.slice(-200) });
      assert.deepEqual(await delivery.find(), { kind: 'not-sent' });
      await delivery.send();
      assert.deepEqual(await delivery.find(), { kind: 'sent' });
    }
  });
});

/** Of a producer who gives several of its mails one Message-ID: a newsletter to many in Bcc, part by part, or somebody's draft. */
describe('of a ready message whose Message-ID other messages have as well', () => {
  const messageId = `<${crypto.randomUUID()}@contoso.example>`;
  async function aReady(delivery: string): Promise<GraphDelivery> {
    const mail = await aGraphMail({ delivery, bcc: [`${crypto.randomUUID()}@customer.example`] });
    const { subject } = mail.job;
    const octets = Buffer.from(`Message-ID: ${messageId}\r\nTo: ${receiver}\r\nSubject: ${subject}\r\n\r\nHello\r\n`);
    return new GraphDelivery(cloud, { ...mail, mime: heldContent(octets) }, await graphToken(cloud));
  }
  const operations = { standard: 'sendMail', 'exactly-once': 'sendMessage' };

  for (const [delivery, operation] of Object.entries(operations)) {
    test(`the mailbox says whether this one was sent, ${delivery}`, async () => {
      const other = await aReady(delivery);
      await other.send();
      for (const when of ['before', 'after'] as const) {
        const id = cloud.faults.add({ service: 'graph', operation, times: 1, fault: { kind: 'cut', when } });
        const mine = await aReady(delivery);
        assert.equal((await failureOf(mine.send())).code, 'SEND_UNCONFIRMED');
        cloud.faults.remove(id);
        // Without its field in the mailbox it is one of several, and nobody can tell which.
        const unsent = delivery === 'standard' ? 'unsure' : 'not-sent';
        assert.equal((await mine.find()).kind, when === 'after' ? 'sent' : unsent);
      }
    });

    test(`no draft of another is removed, nor taken for this one, ${delivery}`, async () => {
      cloud.faults.add({ service: 'graph', operation: 'sendMessage', times: 1, fault: { kind: 'cut' } });
      const other = await aReady('exactly-once');
      await failureOf(other.send());
      const mine = await aReady(delivery);
      await mine.find();
      await mine.discard();
      assert.deepEqual(folders(cloud, other.mail), [`draft in drafts ${sender}`]);
      await new GraphDelivery(cloud, mine.mail, mine.token, { record: () => 'dies before' })
        .send()
        .catch(() => undefined);
      assert.equal(await mine.run(), 'sent');
      assert.deepEqual(folders(cloud, other.mail), [`draft in drafts ${sender}`]);
    });
  }

  test('a draft that nobody wrote down is removed, and no other', async () => {
    const [other, mine] = [await aReady('exactly-once'), await aReady('exactly-once')];
    for (const each of [other, mine]) {
      await failureOf(new GraphDelivery(cloud, each.mail, each.token, { record: () => 'dies before' }).send());
    }
    assert.deepEqual(await mine.find(), { kind: 'not-sent' });
    assert.deepEqual(folders(cloud, mine.mail), []);
    assert.deepEqual(folders(cloud, other.mail), [`draft in drafts ${sender}`]);
  });

  test('one that was made from a sent one is not taken for that', async () => {
    const first = await aReady('standard');
    await first.send();
    const { mime } = copyIn(first.mail, 'sentitems');
    assert.ok(mime);
    const again = {
      ...first.mail,
      job: { ...first.mail.job, id: crypto.randomUUID() },
      mime: heldContent(contentOf(cloud, mime)),
    };
    cloud.faults.add({ service: 'graph', operation: 'sendMail', times: 1, fault: { kind: 'cut', when: 'after' } });
    const second = new GraphDelivery(cloud, again, first.token);
    await failureOf(second.send());
    removeMessage(cloud, copyIn(first.mail, 'sentitems'));
    assert.deepEqual(await first.find(), { kind: 'unsure' });
    assert.deepEqual(await second.find(), { kind: 'sent' });
  });
});

describe('of a draft that was to be sent the mailbox says', () => {
  for (const [form, more] of Object.entries({ JSON: {}, MIME: { html } })) {
    const job = { delivery: 'exactly-once', ...more };

    for (const keeps of [true, false]) {
      test(`that it was sent, in ${form}, ${keeps ? 'with the same immutable id' : 'although it has another id now'}`, async (t) => {
        cloud.state.sendingKeepsImmutableIds = keeps;
        t.after(() => (cloud.state.sendingKeepsImmutableIds = true));
        assert.deepEqual(await (await lost('after', job)).find(), { kind: 'sent' });
      });
    }

    test(`that it was not, in ${form}, and the draft is what is sent then`, async () => {
      const delivery = await lost('before', job);
      const { progress } = delivery;
      assert.deepEqual(await delivery.find(), { kind: 'not-sent', progress });
      const { id } = copyIn(delivery.mail, 'drafts');
      await delivery.send();
      assert.deepEqual(folders(cloud, delivery.mail), [`sentitems ${sender}`, `inbox ${receiver}`]);
      assert.notEqual(copyIn(delivery.mail, 'sentitems').id, id);
    });

    test(`that it was sent when it is gone, in ${form}, and was to leave no copy`, async () => {
      const delivery = await lost('after', { ...job, saveToSentItems: false });
      assert.deepEqual(folders(cloud, delivery.mail), [`inbox ${receiver}`]);
      assert.deepEqual(await delivery.find(), { kind: 'sent' });
    });

    test(`nothing when it is gone, in ${form}, and should have left a copy`, async () => {
      const delivery = await lost('after', job);
      removeMessage(cloud, copyIn(delivery.mail, 'sentitems'));
      assert.deepEqual(await delivery.find(), { kind: 'unsure' });
    });
  }

  test('that it was not sent while it is in Drafts, and that it was once it has settled', async () => {
    cloud.state.settling = 3_600_000;
    const delivery = await lost('after', { delivery: 'exactly-once' });
    assert.equal((await delivery.find()).kind, 'not-sent');
    for (const one of cloud.state.settlingMessages) one.settlesAt = 0;
    settle(cloud);
    assert.deepEqual(await delivery.find(), { kind: 'sent' });
  });

  test('that it was not sent when somebody has deleted the draft, from where it is sent then', async () => {
    const delivery = await lost('before', { delivery: 'exactly-once' });
    moveMessage(cloud, copyIn(delivery.mail, 'drafts'), 'deleteditems');
    assert.equal((await delivery.find()).kind, 'not-sent');
    await delivery.send();
    assert.ok(folders(cloud, delivery.mail).includes(`inbox ${receiver}`));
  });
});

describe('of a draft that was begun the mailbox says that it was not sent', () => {
  test('and it is gone on with', async () => {
    cloud.faults.add({ service: 'upload', skip: 1, times: 1, fault: { kind: 'cut' } });
    const mail = await aGraphMail({}, [aFile('large.bin', 8_000_000)]);
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud));
    await failureOf(delivery.send());
    const { progress } = delivery;
    assert.ok(progress?.upload);
    assert.deepEqual(await delivery.find(), { kind: 'not-sent', progress });
  });

  test('and one that is gone is not', async () => {
    cloud.faults.add({ service: 'upload', times: 1, fault: { kind: 'cut' } });
    const mail = await aGraphMail({}, [aFile('large.bin', 8_000_000)]);
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud));
    await failureOf(delivery.send());
    removeMessage(cloud, copyIn(mail, 'drafts'));
    assert.deepEqual(await delivery.find(), { kind: 'not-sent' });
  });

  test('and those that nobody wrote down are removed, and no other message', async () => {
    for (const more of [{}, { html }]) {
      const other = await aDelivery({ delivery: 'exactly-once', ...more });
      cloud.faults.add({ service: 'graph', operation: 'sendMessage', times: 1, fault: { kind: 'cut' } });
      await failureOf(other.send());
      const delivery = await aDelivery({ delivery: 'exactly-once', ...more });
      for (let workers = 0; workers < 3; workers += 1) {
        const died = new GraphDelivery(cloud, delivery.mail, delivery.token, { record: () => 'dies before' });
        await failureOf(died.send());
      }
      assert.deepEqual(folders(cloud, delivery.mail), Array<string>(3).fill(`draft in drafts ${sender}`));
      assert.deepEqual(await delivery.find(), { kind: 'not-sent' });
      assert.deepEqual(folders(cloud, delivery.mail), []);
      assert.deepEqual(folders(cloud, other.mail), [`draft in drafts ${sender}`]);
    }
  });
});

describe('the mailbox that cannot be asked', () => {
  const passing = {
    503: 'GRAPH_UNAVAILABLE',
    500: 'GRAPH_UNAVAILABLE',
    429: 'SEND_THROTTLED',
    401: 'SEND_TOKEN_REFUSED',
  };
  for (const [status, code] of Object.entries(passing)) {
    test(`for now, by ${status}, is asked again`, async () => {
      const delivery = await aDelivery();
      const fault = { kind: 'answer', status: Number(status), retryAfter: { seconds: 9 } } as const;
      cloud.faults.add({ service: 'graph', operation: 'listMessages', fault });
      const error = await failureOf(delivery.find());
      assert.deepEqual([error.code, error.meaning.disposition], [code, 'again']);
      assert.equal(error.retryAfterSeconds, 9);
    });
  }

  test('for now, as its answer is none of Graph, is asked again', async () => {
    const delivery = await aDelivery();
    cloud.faults.add({ service: 'graph', fault: { kind: 'answer', status: 200, body: 'html' } });
    assert.equal((await failureOf(delivery.find())).code, 'GRAPH_UNAVAILABLE');
  });

  for (const status of [400, 403, 404]) {
    test(`at all, by ${status}, says nothing`, async () => {
      const delivery = await aDelivery();
      cloud.faults.add({ service: 'graph', operation: 'listMessages', fault: { kind: 'answer', status } });
      assert.deepEqual(await delivery.find(), { kind: 'unsure' });
    });
  }
});
