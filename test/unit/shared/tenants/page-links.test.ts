import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import { Links } from '../../../../shared/tenants/links.ts';
import { PageLinks } from '../../../../shared/tenants/page-links.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { withCode } from '../../../support/failing.ts';
import { fixedDataKeys } from '../../../support/fixed-data-keys.ts';

function world() {
  const clock = settableClock();
  const links = new Links(fixedDataKeys(), clock.now);
  return { clock, links, pages: new PageLinks(links, clock.now) };
}

const state = { jti: 's', inv: 'invitation-1', bnd: 'b' };

describe('the link that follows a consent', () => {
  test('names the tenant, and the invitation that the state was signed for', async () => {
    const { links, pages } = world();
    const signed = await pages.follow(contoso, await links.sign('state', state, noon + hours));
    const { tid, inv } = await pages.read('follow', signed);
    assert.deepEqual([tid, inv], [contoso, 'invitation-1']);
  });

  test('names no invitation that nobody signed', async () => {
    const { links, pages } = world();
    const invitation = await links.sign('invitation', { jti: 'x' }, noon + hours);
    for (const wrong of [undefined, 'a.b.c', invitation]) {
      assert.equal((await pages.read('follow', await pages.follow(contoso, wrong))).inv, undefined);
    }
  });

  test('is good for longer than a consent is waited for', async () => {
    const { clock, pages } = world();
    const signed = await pages.follow(contoso, undefined);
    clock.advance(47 * hours);
    assert.equal((await pages.read('follow', signed)).tid, contoso);
    clock.advance(1 * hours);
    await assert.rejects(pages.read('follow', signed), withCode('PAGE_LINK_EXPIRED'));
  });
});

describe('the link to a tenant’s page', () => {
  test('is good for thirty days, and says until when', async () => {
    const { clock, pages } = world();
    const { signed, expiresAt } = await pages.tenantPage(contoso);
    assert.equal(expiresAt, noon + 30 * 24 * hours);
    clock.advance(30 * 24 * hours - 1000);
    const { tid, end } = await pages.read('tenant-page', signed);
    assert.deepEqual([tid, end], [contoso, expiresAt]);
    clock.advance(1000);
    await assert.rejects(pages.read('tenant-page', signed), withCode('PAGE_LINK_EXPIRED'));
  });

  test('is refused when it is missing, cut off, or a link of another kind', async () => {
    const { links, pages } = world();
    const { signed } = await pages.tenantPage(contoso);
    const follow = await pages.follow(contoso, undefined);
    const invitation = await links.sign('invitation', { jti: 'x' }, noon + hours);
    for (const wrong of [undefined, '', signed.slice(0, -1), follow, invitation]) {
      await assert.rejects(pages.read('tenant-page', wrong), withCode('PAGE_LINK_INVALID'));
    }
    await assert.rejects(pages.read('follow', signed), withCode('PAGE_LINK_INVALID'));
  });
});
