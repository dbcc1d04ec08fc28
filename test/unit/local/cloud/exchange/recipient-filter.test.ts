import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  matches,
  parseRecipientFilter,
  RecipientFilterError,
} from '../../../../../local/cloud/exchange/recipient-filter.ts';

const anna = {
  MemberOfGroup: ['CN=Sales,OU=contoso.example', 'CN=Mailers,OU=contoso.example'],
  PrimarySmtpAddress: ['anna@contoso.example'],
  Department: ['Sales'],
  CustomAttribute1: ["O'Neill"],
};
const holdsAnna = (filter: string): boolean => matches(parseRecipientFilter(filter), anna);

function refusal(filter: string): string {
  try {
    parseRecipientFilter(filter);
  } catch (error) {
    assert.ok(error instanceof RecipientFilterError);
    return `${error.column}: ${error.message}`;
  }
  return assert.fail('The filter was taken.');
}

describe('a recipient filter', () => {
  test('compares text without regard to case', () => {
    assert.equal(holdsAnna("department -EQ 'sales'"), true);
    assert.equal(holdsAnna("Department -eq 'Support'"), false);
  });

  test('finds a group among all that the recipient is in', () => {
    assert.equal(holdsAnna("MemberOfGroup -eq 'CN=Mailers,OU=contoso.example'"), true);
    assert.equal(holdsAnna("MemberOfGroup -eq 'Mailers'"), false);
    assert.equal(holdsAnna("MemberOfGroup -ne 'CN=Mailers,OU=contoso.example'"), false);
  });

  test('does not hold a recipient for a property that it does not have', () => {
    assert.equal(holdsAnna("CustomAttribute15 -eq ''"), false);
    assert.equal(holdsAnna("CustomAttribute15 -ne 'x'"), true);
  });

  test('takes a value in either quotes, and two quotes in it for one', () => {
    assert.equal(holdsAnna("CustomAttribute1 -eq 'O''Neill'"), true);
    assert.equal(holdsAnna(`CustomAttribute1 -eq "O'Neill"`), true);
  });

  test('binds -and before -or, and -not before both', () => {
    assert.equal(holdsAnna("Department -eq 'Sales' -or Department -eq 'x' -and Department -eq 'y'"), true);
    assert.equal(holdsAnna("(Department -eq 'Sales' -or Department -eq 'x') -and Department -eq 'y'"), false);
    assert.equal(holdsAnna("-not Department -eq 'x' -and Department -eq 'Sales'"), true);
    assert.equal(holdsAnna("-not (Department -eq 'x' -or Department -eq 'Sales')"), false);
  });

  test('takes a wildcard anywhere but at the beginning', () => {
    assert.equal(holdsAnna("PrimarySmtpAddress -like 'anna@*'"), true);
    assert.equal(holdsAnna("PrimarySmtpAddress -like 'an*@con*example'"), true);
    assert.equal(holdsAnna("PrimarySmtpAddress -like 'anna@contoso.example*example'"), false);
    assert.equal(holdsAnna("PrimarySmtpAddress -notlike 'bob@*'"), true);
    assert.match(refusal("PrimarySmtpAddress -like '*@contoso.example'"), /^26: A wildcard cannot be the first/);
  });

  test('refuses a property that it does not know', () => {
    assert.match(refusal("Department -eq 'x' -or Title -eq 'VP'"), /^24: Found Title where one of the properties/);
  });

  test('refuses an operator that it does not know', () => {
    assert.match(refusal("Department -match 'x'"), /^12: Found -match/);
  });

  test('refuses a value without quotes, which may be code', () => {
    assert.match(refusal('Department -eq $env:HOME'), /^16: Found \$env:HOME where a value in quotes/);
  });

  test('refuses a string and a parenthesis without an end', () => {
    assert.match(refusal("Department -eq 'x"), /^16: The string starting with ' has no end/);
    assert.match(refusal("(Department -eq 'x'"), /^20: Found the end/);
  });

  test('refuses what comes behind a whole filter', () => {
    assert.match(refusal("Department -eq 'x' Department"), /^20: Found Department/);
  });

  test('refuses to be empty', () => {
    assert.match(refusal(''), /^1: Found the end/);
  });

  test('refuses to be nested without end', () => {
    assert.match(refusal(`${'('.repeat(5000)}Department -eq 'x'`), /^102: Found \( where an end of nesting/);
    assert.match(refusal(`${'-not '.repeat(5000)}Department -eq 'x'`), /an end of nesting/);
  });

  test('may have any number of comparisons', () => {
    const all = Array.from({ length: 50_000 }, () => "Department -eq 'Sales'");
    assert.equal(holdsAnna(all.join(' -and ')), true);
    assert.equal(holdsAnna(['-not (', all.join(' -or '), ')'].join('')), false);
  });
});
