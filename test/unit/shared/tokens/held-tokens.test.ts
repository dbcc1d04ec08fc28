import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeldTokens } from '../../../../shared/tokens/held-tokens.ts';
import type { Resource } from '../../../../shared/resource.ts';
import type { Token } from '../../../../shared/tokens/token.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { aToken } from '../../../support/unsigned-token.ts';

const tokenOf = (tenantId: string, resource: Resource = 'graph'): Token => aToken({ tenantId, resource });

describe('held tokens', () => {
  test('are found by tenant and resource, and by nothing else', () => {
    const held = new HeldTokens();
    const token = tokenOf(contoso);
    held.put(token);
    assert.equal(held.get(contoso, 'graph'), token);
    assert.equal(held.get(contoso, 'outlook'), undefined);
    assert.equal(held.get(fabrikam, 'graph'), undefined);
    assert.equal(held.get('constructor', 'graph'), undefined);
  });

  test('are replaced by a newer one, and dropped each by itself', () => {
    const held = new HeldTokens();
    const [graph, outlook, newer] = [tokenOf(contoso), tokenOf(contoso, 'outlook'), tokenOf(contoso)];
    for (const token of [graph, outlook, newer]) held.put(token);
    assert.equal(held.get(contoso, 'graph'), newer);
    held.drop(contoso, 'graph');
    assert.equal(held.get(contoso, 'graph'), undefined);
    assert.equal(held.get(contoso, 'outlook'), outlook);
  });

  test('beyond the most that are allowed lose the one that was put in first, for each resource by itself', () => {
    const held = new HeldTokens(4);
    const [one, two, three] = ['one', 'two', 'three'];
    held.put(tokenOf('one'));
    held.put(tokenOf('one', 'outlook'));
    held.put(tokenOf('two'));
    // Put in again, it is the youngest.
    held.put(tokenOf('one'));
    held.put(tokenOf('three'));
    const kept = [one, two, three].filter((id) => held.get(id, 'graph') !== undefined);
    assert.deepEqual(kept, ['one', 'three']);
    assert.ok(held.get('one', 'outlook'));
  });

  test('are one of each resource at least', () => {
    const held = new HeldTokens(0);
    held.put(tokenOf(contoso));
    assert.ok(held.get(contoso, 'graph'));
    held.put(tokenOf(fabrikam));
    assert.equal(held.get(contoso, 'graph'), undefined);
  });

  test('are 10,000 of each resource, unless less is said', () => {
    const held = new HeldTokens();
    for (let at = 0; at <= 10_000; at += 1) held.put(tokenOf(String(at)));
    assert.equal(held.get('0', 'graph'), undefined);
    assert.ok(held.get('1', 'graph'));
    assert.ok(held.get('10000', 'graph'));
  });
});
