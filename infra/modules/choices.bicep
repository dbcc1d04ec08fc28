metadata name = 'Choices'
metadata description = 'What may be different from one installation to the next, as types; nothing is made here.'

@export()
@sealed()
@description('How far the app grows, and what is kept running.')
type scale = {
  @description('The most instances of all functions together.')
  @minValue(40)
  @maxValue(1000)
  maximumInstances: int

  @description('Memory of an instance in MB; processor and network go with it.')
  instanceMemoryMB: 512 | 2048 | 4096

  @description('Instances for HTTP that run, and are paid for, all the time: nobody waits for a cold start.')
  @minValue(0)
  @maxValue(20)
  alwaysReadyHttp: int

  @description('Whether instances are spread over zones, in a region that has them. Instances that always run are then two at least.')
  zoneRedundant: bool
}

@export()
@sealed()
@description('What an installation may say differently from the defaults. docs/settings.md has each of them.')
type appChoices = {
  @description('What tokens are for: graph, or SMTP, IMAP and POP as well.')
  resources: ('graph' | 'graph,outlook')?

  @description('The home tenant of a single-tenant registration: no other is served.')
  @minLength(36)
  @maxLength(36)
  singleTenantId: string?

  @description('The address that administrators see, https:// and no path, where a domain of your own leads to the app.')
  @minLength(9)
  publicUrl: string?

  @description('Who asks for consent.')
  @minLength(1)
  @maxLength(60)
  vendorName: string?

  @description('Whom administrators ask back: an e-mail address, or an https:// address.')
  @maxLength(200)
  supportContact: string?

  @description('Origins to which an invitation may send administrators on.')
  returnUrls: string[]?

  @description('Delivery of a job that says nothing, of a tenant that says nothing.')
  delivery: ('standard' | 'exactly-once')?

  @minValue(1)
  @maxValue(1000000)
  mailboxMessagesPerMinute: int?

  @minValue(1)
  @maxValue(100000000)
  mailboxRecipientsPerDay: int?

  @description('How long after a lost answer a mailbox is asked what became of the mail.')
  @minValue(1)
  @maxValue(3600)
  settleSeconds: int?

  @description('How often the timer runs.')
  warmEverySeconds: (60 | 120 | 180 | 240 | 300 | 360 | 600 | 720 | 900)?

  @description('Over how many timers the tenants are spread: one for each 10,000.')
  @minValue(1)
  @maxValue(32)
  warmShards: int?

  @description('How soon a new version of the certificate or secret is seen.')
  @minValue(10)
  @maxValue(3600)
  credentialRefreshSeconds: int?

  @description('Which part of the traces is kept, 0 to 1, as text: Bicep has no fractions.')
  @minLength(1)
  @maxLength(6)
  traceRatio: string?
}
