/** PowerShell as far as set-up scripts need it: what is understood, and that nothing else is. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCmdlets } from '../../../../local/cloud/exchange/run-cmdlets.ts';
import { appId, contoso, objectId, post, run, stops, tenantId } from './exchange-contoso.ts';

const shows = (script: string): string[] => run(contoso(), script).lines;

describe('a script', () => {
  test('shows what it writes, with variables and parts of objects in double quotes', () => {
    assert.deepEqual(
      shows(`$name = 'Post'; $box = Get-Mailbox $name\nWrite-Host "$name is $($box.PrimarySmtpAddress), \`$1 ""x"""`),
      [`Post is ${post}, $1 "x"`],
    );
  });

  test('has no variables in single quotes', () => {
    assert.deepEqual(shows(`Write-Host '$name ''x'' \`n'`), [`$name 'x' \`n`]);
  });

  test('ends its strings at typographic quotes as well, two of which are one', () => {
    assert.deepEqual(shows(`Write-Host 'it’’s'\nWrite-Host "a“”b"`), ['it’s', 'a“b']);
    assert.deepEqual(shows("Write-Host 'one’\nWrite-Host 'two'"), ['one', 'two']);
  });

  test('finds whether one of several values is the one that is looked for', () => {
    const holds = (condition: string): boolean => shows(`if (${condition}) { Write-Host yes }`).length > 0;
    assert.equal(holds(`'a', 'b' -contains 'B'`), true);
    assert.equal(holds(`@() -contains 'a'`), false);
    assert.equal(holds(`-not ('a' -contains 'b')`), true);
  });

  test('shows no warning of a cmdlet that is told not to', () => {
    const adding = (how: string) =>
      `New-ServicePrincipal -AppId ${appId} -ObjectId ${objectId} | Out-Null
      Remove-MailboxPermission ${post} -User ${objectId} -AccessRights FullAccess -Confirm:$false ${how}`;
    assert.equal(shows(adding('')).length, 1);
    assert.deepEqual(shows(adding('-WarningAction SilentlyContinue')), []);
  });

  test('takes comments, and a backtick at the end of a line', () => {
    assert.deepEqual(shows('# first\nWrite-Host `\r\n  one # two\r\n<# three\nfour #> Write-Host five'), [
      'one',
      'five',
    ]);
  });

  test('takes names of cmdlets, parameters and variables without regard to case', () => {
    assert.deepEqual(shows(`$A = 'x'; WRITE-HOST -object $a`), ['x']);
  });

  test('takes the branch whose condition holds', () => {
    const script = (condition: string) => `if (${condition}) { Write-Host yes }\nelse { Write-Host no }`;
    assert.deepEqual(shows(script('Get-Mailbox Post')), ['yes']);
    assert.deepEqual(shows(script('-not (Get-Mailbox Nobody -ErrorAction SilentlyContinue)')), ['yes']);
    assert.deepEqual(shows(script("(Get-CASMailbox Post).ImapEnabled -eq $true -and 'a' -ne 'A'")), ['no']);
    assert.deepEqual(shows(script('(Get-CASMailbox Post).SmtpClientAuthenticationDisabled -eq $null')), ['yes']);
    assert.deepEqual(shows('if ($false) {} elseif (1) { Write-Host second } else { Write-Host third }'), ['second']);
  });

  test('binds -and and -or to the left, and asks no more than it needs', () => {
    const holds = (condition: string): boolean => shows(`if (${condition}) { Write-Host yes }`).length > 0;
    assert.equal(holds('$true -or $false -and $false'), false);
    assert.equal(holds('$false -and $true -or $true'), true);
    assert.equal(holds('$true -or (Get-Mailbox Nobody)'), true);
    assert.equal(holds('$false -and (Get-Mailbox Nobody)'), false);
    assert.equal(holds('-not $false -and !$false'), true);
  });

  test('runs a block for each of several values', () => {
    assert.deepEqual(shows(`foreach ($one in 'a', 'b') { Write-Host $one }`), ['a', 'b']);
    assert.deepEqual(shows(`$all = @('a', 'b')\nforeach ($one in $all) {\n  Write-Host $one\n}`), ['a', 'b']);
    assert.deepEqual(shows('foreach ($box in Get-Mailbox) { Write-Host $box.Alias }'), ['post', 'anna']);
  });

  test('shows objects as a table or a list, and drops what goes to Out-Null', () => {
    assert.deepEqual(shows('Get-Mailbox | ft Alias, DisplayName'), [
      '',
      'Alias DisplayName',
      '----- -----------',
      'post  Post',
      'anna  Anna',
      '',
    ]);
    assert.deepEqual(shows('Get-CASMailbox Post | Select-Object Name,ImapEnabled | Format-List'), [
      '',
      'Name        : Post',
      'ImapEnabled : True',
      '',
    ]);
    assert.deepEqual(shows('Get-Mailbox | Select-Object -First 1 -ExpandProperty Alias'), ['post']);
    assert.deepEqual(shows('Get-Mailbox | Out-Null'), []);
  });

  test('stops at its first error and keeps what it has done', () => {
    const state = contoso();
    assert.match(
      stops(
        state,
        `Set-CASMailbox Post -ImapEnabled $false\nSet-CASMailbox Nobody -ImapEnabled $false\nSet-CASMailbox Anna -ImapEnabled $false`,
      ),
      /^2:1 Set-CASMailbox: The operation couldn't be performed because object 'Nobody' couldn't be found on 'contoso.example'/,
    );
    assert.deepEqual(
      state.mailboxes.map(({ exchange }) => exchange?.imapEnabled),
      [false, undefined],
    );
  });

  test('goes on behind an error where -ErrorAction says so', () => {
    assert.deepEqual(shows('Get-Mailbox Nobody -ErrorAction SilentlyContinue\nWrite-Host on'), ['on']);
    const [told, on] = shows(`$ErrorActionPreference = 'Continue'\nGet-Mailbox Nobody\nWrite-Host on`);
    assert.match(told ?? '', /^Get-Mailbox: The operation couldn't be performed/);
    assert.equal(on, 'on');
  });

  test('changes nothing when any of it cannot be read', () => {
    const state = contoso();
    stops(state, 'Set-CASMailbox Post -ImapEnabled $false\nSet-CASMailbox Post -Imap $true');
    assert.equal(state.mailboxes[0]?.exchange, undefined);
  });
});

describe('a script that has parameters', () => {
  const given = (script: string, parameters: Record<string, string> = {}, files: Record<string, string> = {}) =>
    runCmdlets({ state: contoso() }, script, { tenantId, parameters, files });

  test('has what it is given by name, else what it says itself, else nothing', () => {
    const script = `# first\nparam(\n  [string] $Name = 'Post',\n  [string] $Other, $Third\n)
      Write-Host "$Name/$Other/$($Third -eq $null)"`;
    assert.deepEqual(given(script).lines, ['Post//True']);
    assert.deepEqual(given(script, { NAME: 'Anna', Other: 'x' }).lines, ['Anna/x/True']);
  });

  test('refuses one that it does not have', () => {
    const { error, lines } = given('param([string] $Name)\nWrite-Host $Name', { Nmae: 'x' });
    assert.match(error?.message ?? '', /A parameter cannot be found that matches parameter name 'nmae'/);
    assert.deepEqual(lines, []);
  });

  test('reads a file that was handed over with it, and no other', () => {
    const script = 'param([string] $Path)\n(Import-Csv -Path $Path).Mailbox';
    const csv = '\ufeffMailbox,Note\r\n"post@contoso.example","a ""note"", long"\r\n\r\nanna@contoso.example\r\n';
    assert.deepEqual(given(script, { Path: 'a.csv' }, { 'a.csv': csv }).lines, [post, 'anna@contoso.example']);
    assert.deepEqual(given("(Import-Csv 'a.csv').Note", {}, { 'a.csv': csv }).lines, ['a "note", long', '']);
    for (const path of ['package.json', '/etc/passwd', 'toString']) {
      assert.match(given(script, { Path: path }).error?.message ?? '', /Could not find file/, path);
    }
  });
});

describe('a script', () => {
  const refusals: [what: string, script: string, refused: RegExp][] = [
    [
      'an unknown cmdlet',
      'Write-Host a\n  Get-Foo',
      /^2:3 The term 'Get-Foo' is not recognized .* Supported are: Connect-ExchangeOnline, /,
    ],
    [
      'an unknown parameter',
      'Get-Mailbox -Filter x',
      /^1:13 A parameter cannot be found that matches parameter name 'Filter'\. Supported for Get-Mailbox are: -Identity, /,
    ],
    [
      'an abbreviated parameter',
      'Get-Mailbox -Ident x',
      /^1:13 A parameter cannot be found that matches parameter name 'Ident'/,
    ],
    [
      'a parameter twice',
      'Get-Mailbox -Identity a -Identity b',
      /^1:25 Cannot bind parameter because parameter 'Identity' is specified more than once/,
    ],
    ['a parameter without its value', 'Get-Mailbox -Identity', /^1:13 Missing an argument for parameter 'Identity'/],
    [
      'a parameter in the place of a value',
      'Get-Mailbox -Identity -ResultSize 1',
      /^1:13 Missing an argument for parameter 'Identity'/,
    ],
    [
      'a missing parameter',
      'New-ServicePrincipal -DisplayName x',
      /^1:1 Cannot process command because of one or more missing mandatory parameters: AppId\./,
    ],
    ['one value too many', 'Get-Mailbox a b', /^1:15 A positional parameter cannot be found/],
    [
      'a value of another type',
      'Set-CASMailbox Post -ImapEnabled "false"',
      /^1:1 Set-CASMailbox: Cannot process argument transformation on parameter 'ImapEnabled'\. Cannot convert value "false" to type "System\.Boolean"/,
    ],
    [
      'nothing where a value is needed',
      'Get-Mailbox $null',
      /parameter 'Identity'\. Cannot bind the argument because it is null/,
    ],
    [
      'an object where text is needed',
      'Get-Mailbox (Get-Mailbox Post)',
      /parameter 'Identity'\. Cannot convert an object to type "System\.String"/,
    ],
    ['a placeholder', 'New-ServicePrincipal -AppId <APPLICATION_ID>', /^1:29 Unexpected '<'/],
    [
      'a variable that was never set',
      'Write-Host $nothing',
      /^1:12 The variable '\$nothing' cannot be retrieved because it has not been set/,
    ],
    [
      'a property that is not there',
      '$x = (Get-Mailbox Post).Adress',
      /^1:24 The property 'Adress' cannot be found on this object/,
    ],
    ['a change of a constant', '$true = 1', /^1:1 Cannot overwrite variable true/],
    ['a string without an end', "Write-Host 'a\nb", /^1:12 The string is missing the terminator: '/],
    ['a variable before a colon', 'Write-Host "$x: 1"', /^1:13 Variable reference is not valid/],
    ['typographic quotes', 'Get-Mailbox “Post”', /^1:13 Unexpected '“'/],
    ['a block without an end', 'if (1) {', /^1:9 Unexpected end of the script\. Expected is '}'/],
    ['a bracket too many', 'Get-Mailbox Post }', /^1:18 Unexpected '}'/],
    [
      'another cmdlet behind a pipe',
      'Get-Mailbox | Set-Mailbox',
      /^1:15 'Set-Mailbox' is not supported behind a pipe\. Supported are: Format-Table, Format-List, /,
    ],
    ['another statement', 'while ($true) { }', /^1:1 Unexpected 'while'\. Supported are cmdlets, variables, if/],
    ['another operator', "if ('a' -match 'a') { }", /^1:9 The operator -match is not supported here/],
    ['a method call', "(Get-Mailbox Post).Alias.ToUpper('x')", /^1:25 Unexpected '\.'/],
    ['a call of a program', '& calc.exe', /^1:1 Unexpected '&'/],
    ['a script of a type', '[System.IO.File]::ReadAllText(1)', /^1:1 Unexpected '\['/],
    ['an environment variable', 'Write-Host $env:HOME', /^1:12 Unexpected '\$'\. Expected is the name of a variable/],
    ['a redirection', 'Get-Mailbox Post > out.txt', /^1:18 Unexpected '>'/],
  ];
  for (const [what, script, refused] of refusals) {
    test(`is refused with its place for ${what}`, () => {
      assert.match(stops(contoso(), script), refused);
    });
  }

  test('is refused when it is nested deeper than the stack', () => {
    assert.match(stops(contoso(), '('.repeat(50_000)), /nested too deeply/);
    assert.match(stops(contoso(), `$x = Get-Mailbox Post; $x${'.Alias'.repeat(30_000)}`), /nested too deeply/);
  });

  test('is refused when it makes more than a process can hold', () => {
    const doubles = { array: '$a = $a,$a\n', text: '$a = "$a$a"\n' };
    for (const line of Object.values(doubles)) {
      assert.match(stops(contoso(), `$a = 1,2\n${line.repeat(40)}`), /makes more values/);
    }
    const loops = 'foreach ($x in $a) {'.repeat(9) + '}'.repeat(9);
    assert.match(stops(contoso(), `$a = 1,2,3,4,5,6,7,8,9,0\n${loops}`), /makes more values/);
  });
});
