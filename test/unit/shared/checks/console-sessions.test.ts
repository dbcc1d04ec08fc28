import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConsoleSessions } from '../../../../shared/checks/console-sessions.ts';
import { hours, minutes } from '../../../../shared/clock.ts';
import { Links } from '../../../../shared/tenants/links.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { withCode } from '../../../support/failing.ts';
import { fixedDataKeys } from '../../../support/fixed-data-keys.ts';
import { MemoryConsoleSessions } from '../../../support/memory-console.ts';
import { MemoryInvitationStore } from '../../../support/memory-invitation-store.ts';
import { recordingLog } from '../../../support/recording-log.ts';

function aConsole() {
  const clock = settableClock();
  const links = new Links(fixedDataKeys(), clock.now);
  const store = new MemoryConsoleSessions();
  const log = recordingLog();
  const spent = new MemoryInvitationStore();
  const sessions = new ConsoleSessions({ links, spent, store, now: clock.now, log: log.log });
  const enter = async () => sessions.open((await sessions.createLink()).signed);
  return { clock, links, store, log, sessions, enter };
}

describe('a link', () => {
  test('is good for five minutes', async () => {
    const { sessions, clock } = aConsole();
    const { signed, expiresAt } = await sessions.createLink();
    assert.equal(expiresAt, noon + 5 * minutes);
    clock.advance(5 * minutes - 1000);
    await sessions.examine(signed);
    clock.advance(1000);
    await assert.rejects(sessions.examine(signed), withCode('CONSOLE_LINK_EXPIRED'));
    await assert.rejects(sessions.open(signed), withCode('CONSOLE_LINK_EXPIRED'));
  });

  test('opens once, of two at a time as well; to look at it spends nothing', async () => {
    const { sessions, store } = aConsole();
    const { signed } = await sessions.createLink();
    for (let times = 0; times < 3; times += 1) await sessions.examine(signed);
    const opened = await Promise.allSettled([sessions.open(signed), sessions.open(signed)]);
    assert.deepEqual(opened.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await assert.rejects(sessions.open(signed), withCode('CONSOLE_LINK_USED'));
    assert.equal(store.rows.size, 1);
  });

  test('that is forged, cut, of another kind or not there opens nothing', async () => {
    const { sessions, links, store, enter } = aConsole();
    const { signed } = await sessions.createLink();
    const { cookie, session } = await enter();
    const invitation = await links.sign('invitation', { jti: 'x' }, noon + hours);
    const form = await sessions.formToken(session);
    for (const wrong of [undefined, '', 'x', signed.slice(0, -3), `${signed}x`, invitation, cookie, form]) {
      await assert.rejects(sessions.open(wrong), withCode('CONSOLE_LINK_INVALID'), String(wrong));
    }
    assert.equal(store.rows.size, 1);
  });
});

describe('a session', () => {
  test('goes on while it is used, for eight hours at most', async () => {
    const { sessions, clock, enter } = aConsole();
    let { cookie } = await enter();
    for (let passed = 0; passed < 8 * 60 - 25; passed += 25) {
      clock.advance(25 * minutes);
      ({ cookie } = await sessions.resume(cookie));
    }
    clock.advance(25 * minutes);
    await assert.rejects(sessions.resume(cookie), withCode('CONSOLE_SIGNED_OUT'));
  });

  test('that is idle for half an hour is over, and its later cookie is not extended by an earlier one', async () => {
    const { sessions, clock, enter } = aConsole();
    const { cookie } = await enter();
    clock.advance(30 * minutes - 1000);
    await sessions.resume(cookie);
    clock.advance(1000);
    await assert.rejects(sessions.resume(cookie), withCode('CONSOLE_SIGNED_OUT'));
  });

  test('is none with a cookie that is forged or of another kind', async () => {
    const { sessions, links, enter } = aConsole();
    const { cookie, session } = await enter();
    const other = new Links(fixedDataKeys(9), () => noon);
    const forged = await other.sign('session', { sid: session.id, beg: noon }, noon + hours);
    const form = await sessions.formToken(session);
    const { signed } = await sessions.createLink();
    const unknown = await links.sign('session', { sid: crypto.randomUUID(), beg: noon }, noon + hours);
    for (const wrong of [undefined, '', forged, form, signed, unknown, `${cookie.slice(0, -2)}xx`, `x${cookie}`]) {
      await assert.rejects(sessions.resume(wrong), withCode('CONSOLE_SIGNED_OUT'));
    }
    assert.equal((await sessions.resume(cookie)).session.id, session.id);
  });

  test('that is closed is over, whoever has kept the cookie; others go on', async () => {
    const { sessions, enter } = aConsole();
    const [one, other] = [await enter(), await enter()];
    await sessions.close(one.session);
    await assert.rejects(sessions.resume(one.cookie), withCode('CONSOLE_SIGNED_OUT'));
    await sessions.resume(other.cookie);
  });

  test('ends with all others when the operator says so', async () => {
    const { sessions, enter } = aConsole();
    const opened = [await enter(), await enter(), await enter()];
    assert.equal(await sessions.closeAll(), 3);
    for (const { cookie } of opened) await assert.rejects(sessions.resume(cookie), withCode('CONSOLE_SIGNED_OUT'));
    await sessions.resume((await enter()).cookie);
  });

  test('that is older than eight hours leaves nothing behind when the next one begins', async () => {
    const { store, clock, enter } = aConsole();
    await enter();
    clock.advance(8 * hours + 1);
    const { session } = await enter();
    assert.deepEqual([...store.rows.keys()], [session.id]);
  });
});

test('the token of a form is the same for a session, and good for no other', async () => {
  const { sessions, clock, enter } = aConsole();
  const [one, other] = [await enter(), await enter()];
  const token = await sessions.formToken(one.session);
  clock.advance(1 * hours);
  assert.equal(await sessions.formToken(one.session), token);
  await sessions.requireForm(one.session, token);
  for (const wrong of [undefined, '', await sessions.formToken(other.session), one.cookie, `${token}x`]) {
    await assert.rejects(sessions.requireForm(one.session, wrong), withCode('CONSOLE_FORM_REFUSED'));
  }
});

test('what is logged holds no link and no cookie', async () => {
  const { sessions, log } = aConsole();
  const { signed } = await sessions.createLink();
  const { cookie, session } = await sessions.open(signed);
  await sessions.close(session);
  const text = JSON.stringify(log);
  for (const secret of [signed, cookie]) assert.ok(!text.includes(secret.slice(-20)));
  assert.match(text, /console.link-made.*console.opened.*console.closed/);
});
