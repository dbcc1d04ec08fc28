/**
 * The whole vocabulary of what can go wrong. The code is the contract: it stands in outcomes, audit rows, HTTP answers and
 * logs, and never changes its meaning. The sentences may be improved.
 */

/** Who must act. */
export type Owner = 'operator' | 'tenant admin';

/**
 * What becomes of a mail job that meets the error.
 * - `thrown`: nobody foresaw it. The queue delivers the message again, five times in all; then it is kept in poison.
 * - `again`: nothing left; the job is put back with a delay, and this costs no try of the queue.
 * - `never`: recorded and kept in poison; sending it again cannot help until somebody acts.
 * - `unknown`: the message may have left; sending it again could deliver it twice.
 */
type Disposition = 'again' | 'never' | 'unknown' | 'thrown';

interface Meaning {
  disposition: Disposition;
  /** The status of an HTTP answer that reports it. */
  httpStatus: number;
  owner: Owner;
  symptom: string;
  meaning: string;
  remedy: string;
}

/** One row a code. docs/errors.md is made from it. */
export const errorMeanings = {
  CONFIG_INVALID: {
    disposition: 'never',
    httpStatus: 500,
    owner: 'operator',
    symptom: 'The app does not start and names one or more settings.',
    meaning: 'A setting is missing or not of the form expected.',
    remedy: 'Correct every setting that the message names; docs/settings.md has the list.',
  },

  REQUEST_INVALID: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'An API call is answered with 400.',
    meaning: 'The request body is not JSON or has a field that is wrong; the answer names it.',
    remedy: 'Correct the field named and send the request again.',
  },
  INVITATION_INVALID: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'The invitation link opens a page that calls it invalid.',
    meaning: 'The link was cut off, changed, or made by another installation.',
    remedy: 'Send the whole link again, or make a new invitation.',
  },
  INVITATION_EXPIRED: {
    disposition: 'never',
    httpStatus: 410,
    owner: 'operator',
    symptom: 'The invitation link opens a page that calls it expired.',
    meaning: 'The invitation was not used before its expiry.',
    remedy: 'Make a new invitation.',
  },
  INVITATION_USED: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'operator',
    symptom: 'The invitation link opens a page that calls it used.',
    meaning: 'Somebody has come back from Microsoft with this invitation already. It works once.',
    remedy: 'Nothing, if that was the right tenant. Otherwise make a new invitation.',
  },
  INVITATION_REVOKED: {
    disposition: 'never',
    httpStatus: 410,
    owner: 'operator',
    symptom: 'The invitation link opens a page that calls it withdrawn.',
    meaning: 'The operator has taken the invitation back.',
    remedy: 'Make a new invitation if it was taken back by mistake.',
  },
  INVITATION_NOT_FOUND: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'operator',
    symptom: 'An API call names an invitation that there is not.',
    meaning: 'The id is wrong, or the retention time has removed the invitation.',
    remedy: 'List the invitations and use an id from there.',
  },

  CONSENT_STATE_MISSING: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'The consent callback was opened without a state.',
    meaning: 'Consent was not begun through an invitation link, so nobody can say whose it is.',
    remedy: 'Send the administrator an invitation link; never a consent address made by hand.',
  },
  CONSENT_STATE_INVALID: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'The consent callback came with a state that this app did not sign.',
    meaning: 'The address was changed on its way, made by somebody else, or made by another installation.',
    remedy: 'Open the invitation link again. If it happens twice, look for who sends people to the callback.',
  },
  CONSENT_STATE_EXPIRED: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'tenant admin',
    symptom: 'The consent callback came later than an hour after consent was begun.',
    meaning: 'The state that binds the answer to this browser is no longer accepted.',
    remedy: 'Open the invitation link again.',
  },
  CONSENT_STATE_USED: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'tenant admin',
    symptom: 'The consent callback was opened a second time.',
    meaning: 'Each state is accepted once. A page reloaded, or an address that was passed on.',
    remedy: 'Nothing, if the first time succeeded. Otherwise open the invitation link again.',
  },
  CONSENT_OTHER_BROWSER: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'The consent callback was opened in another browser than the invitation.',
    meaning: 'The cookie that was set when consent began is missing or another.',
    remedy: 'Open the invitation link and consent in one browser, with cookies allowed.',
  },
  CONSENT_WRONG_TENANT: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Somebody consented for another tenant than the invitation names.',
    meaning: 'The administrator was signed in to another directory.',
    remedy: 'Open the invitation link again and sign in with an administrator of the tenant that was invited.',
  },
  CONSENT_TENANT_MISSING: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'The consent callback names no tenant, or one that is no GUID.',
    meaning: 'Entra always names the tenant that consented, so this did not come from Entra.',
    remedy: 'Open the invitation link again.',
  },
  CONSENT_DECLINED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'The administrator pressed Cancel (AADSTS65004).',
    meaning: 'Nothing was granted.',
    remedy: 'Open the invitation link again when the permissions have been agreed on.',
  },
  CONSENT_FAILED: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'tenant admin',
    symptom: 'Entra sent the administrator back with an error.',
    meaning: 'Consent was not granted, for the reason that Entra gives.',
    remedy: 'Read the AADSTS number in the description, mend that, and open the invitation link again.',
  },
  CONSENT_NOT_ADMIN: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Entra sent somebody back who may not consent for the organisation (AADSTS90094 and its siblings).',
    meaning: 'Permissions of this kind can be granted by an administrator only; nothing was granted.',
    remedy: 'Forward the invitation link to an administrator of the organisation, such as a Global Administrator.',
  },
  CONSENT_NAME_CLASH: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'tenant admin',
    symptom: 'Entra refused the consent with AADSTS650051: the service principal name is already present.',
    meaning:
      'The enterprise application was deleted a short while ago, or is being made this moment by another consent. Entra frees the name after some 5 to 15 minutes.',
    remedy: 'Wait a quarter of an hour and open the invitation link again; it still works.',
  },
  CONSENT_SERVICE_MISSING: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Entra refused the consent with AADSTS650052 or 500011: the organisation lacks a service.',
    meaning: 'The organisation has no subscription with Exchange Online, or none of the service that the app asks for.',
    remedy: 'License Exchange Online in the organisation, then open the invitation link again.',
  },
  CONSENT_BLOCKED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Entra refused the sign-in with AADSTS53003 or a sibling: Conditional Access.',
    meaning: 'A policy of the organisation does not let the administrator sign in from this device, place or browser.',
    remedy: 'Open the invitation link again from a device and network that the policy allows, or change the policy.',
  },
  CONSENT_TENANT_KNOWN: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'operator',
    symptom: 'Somebody came back with an invitation that names no tenant, for a tenant that is known already.',
    meaning:
      'What the callback says of the tenant travels through a browser and can be made up. An invitation that names no tenant brings in new tenants only, and changes nothing of one that is known.',
    remedy: 'Nothing, if the tenant is active. Otherwise make an invitation that names the tenant.',
  },

  CONSOLE_LINK_INVALID: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'The link to the console opens a page that calls it invalid.',
    meaning: 'The link was cut off, changed, or made by another installation.',
    remedy: 'Make a new one, by the command line or with POST /api/console/links.',
  },
  CONSOLE_LINK_EXPIRED: {
    disposition: 'never',
    httpStatus: 410,
    owner: 'operator',
    symptom: 'The link to the console opens a page that calls it expired.',
    meaning: 'A link to the console is good for five minutes.',
    remedy: 'Make a new one, by the command line or with POST /api/console/links.',
  },
  CONSOLE_LINK_USED: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'operator',
    symptom: 'The link to the console opens a page that calls it used.',
    meaning: 'A link opens the console once. Somebody has opened it with this one.',
    remedy:
      'Make a new one. If it was not you who used this one, end all sessions with POST /api/console/sessions/end first.',
  },
  CONSOLE_SIGNED_OUT: {
    disposition: 'never',
    httpStatus: 401,
    owner: 'operator',
    symptom: 'A page of the console says that nobody is signed in.',
    meaning:
      'There is no session: it was not begun in this browser, was idle for 30 minutes, is 8 hours old, or was ended.',
    remedy: 'Make a new link, by the command line or with POST /api/console/links, and open it.',
  },
  CONSOLE_FORM_REFUSED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'operator',
    symptom: 'A button of the console is answered with 403.',
    meaning:
      'The request did not come from a page of this console, or from one of an earlier session. Nothing was done.',
    remedy:
      'Open the console’s page again and press the button there. TENANTPOST_PUBLIC_URL must be the address in the browser.',
  },

  PAGE_LINK_INVALID: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'The link to a tenant’s page, or the page that follows a consent, calls itself incomplete.',
    meaning: 'The link was cut off, changed, or made by another installation.',
    remedy: 'Send the whole link again, or make a new one.',
  },
  PAGE_LINK_EXPIRED: {
    disposition: 'never',
    httpStatus: 410,
    owner: 'operator',
    symptom: 'The link to a tenant’s page, or the page that follows a consent, calls itself expired.',
    meaning: 'A link to a tenant’s page is good for thirty days, one that follows a consent for two.',
    remedy: 'Make a new one; the tenant itself is as it was.',
  },

  CONSENT_NOT_PROVEN: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'tenant admin',
    symptom: 'The commands for Exchange were asked for before the tenant’s consent was proven.',
    meaning:
      'They need the object id of the enterprise application in that tenant, which the first token of the tenant tells. None has been had yet.',
    remedy: 'Consent through an invitation link, or have the tenant verified; ask again when it is active.',
  },

  APP_NOT_IN_TENANT: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'AADSTS7000229, 700016 or 700011: the tenant has no enterprise application of this app.',
    meaning: 'The tenant has not consented, has removed the app, or consent has not arrived everywhere yet.',
    remedy:
      'Consent through an invitation link. After a fresh consent wait up to an hour. AADSTS700016 from every tenant but ' +
      'one: the registration is single-tenant; set TENANTPOST_SINGLE_TENANT_ID, or make the registration multitenant.',
  },
  ROLE_MISSING: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'The token of the tenant lacks the permission that the app needs.',
    meaning: 'The permission was not granted, was taken back, or has not arrived everywhere yet.',
    remedy: 'Grant admin consent again. After a fresh consent wait up to an hour.',
  },
  APP_BLOCKED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'AADSTS70001, 7000112 or 53003: the tenant blocks the app.',
    meaning: 'The enterprise application is disabled, or Conditional Access for workload identities refuses it.',
    remedy: 'Enable the enterprise application, or exempt it in the policy.',
  },
  TENANT_NOT_FOUND: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'operator',
    symptom: 'AADSTS90002 or 900023: there is no such tenant in this cloud.',
    meaning: 'The tenant id is wrong, the tenant was deleted, or it is in another cloud that Entra does not name.',
    remedy: 'Check the id; for a tenant of another cloud run an installation with that cloud set (docs/clouds.md).',
  },
  TENANT_IN_OTHER_CLOUD: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'operator',
    symptom: 'AADSTS90038 or 900382: the tenant is in another of Microsoft’s clouds.',
    meaning: 'Each cloud has an Entra of its own, and tokens of one are worth nothing in another.',
    remedy: 'Serve the tenant by an installation of its own with that TENANTPOST_CLOUD (docs/clouds.md).',
  },
  TENANT_NOT_HOME: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'Something was asked for another tenant than the one that this installation serves (also AADSTS50194).',
    meaning:
      'A single-tenant registration works in its home tenant only; TENANTPOST_SINGLE_TENANT_ID names that tenant.',
    remedy: 'Use the home tenant, or make the registration multitenant and remove TENANTPOST_SINGLE_TENANT_ID.',
  },
  RESOURCE_NOT_IN_TENANT: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'AADSTS500011, 500014 or 650052: the tenant lacks Graph or Exchange Online, or has disabled it.',
    meaning: 'The tenant has no subscription with the service, or the subscription has lapsed.',
    remedy:
      'License the service or enable its enterprise application. Where every tenant is refused, it is the operator’s: ' +
      'check TENANTPOST_CLOUD, TENANTPOST_GRAPH_RESOURCE and TENANTPOST_OUTLOOK_RESOURCE.',
  },
  CREDENTIAL_REFUSED: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'AADSTS700027, 7000215, 7000222, 50012, 50027 or a relative: Entra does not accept our proof.',
    meaning: 'The certificate or secret is not on the app registration, or has expired; or the clock is wrong.',
    remedy:
      'Upload the public certificate of the vault to the app registration; of a secret use the Value that Entra showed ' +
      'once, not the ID beside it. Check the client id and the clock.',
  },
  FEDERATION_REFUSED: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom:
      'AADSTS700211, 700212, 700213, 7002138, 700226, 700236, 900612 or 90061: the federated token is not accepted.',
    meaning:
      'No federated credential of the registration fits the token’s issuer, subject or audience, the token is not that of ' +
      'a user-assigned identity of the registration’s own tenant, or Entra cannot read the issuer’s keys.',
    remedy:
      'Compare the federated credential with the token to the letter, capitals included: issuer, subject (the object id ' +
      'of the identity, not its client id) and audience (docs/clouds.md has the one of each cloud).',
  },
  REGISTRATION_WRONG: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'AADSTS700025, 70011, 1002012, 650056 or 650057: the app registration or the resource asked for is wrong.',
    meaning:
      'The registration is a public client, requires no permission of the resource, or a resource setting holds no ' +
      'identifier URI.',
    remedy:
      'Set "Allow public client flows" to No, add the application permissions to the registration and consent again; ' +
      'check TENANTPOST_GRAPH_RESOURCE and TENANTPOST_OUTLOOK_RESOURCE.',
  },
  CREDENTIAL_UNUSABLE: {
    disposition: 'again',
    httpStatus: 500,
    owner: 'operator',
    symptom: 'What the vault or the settings hold cannot prove the app; the message begins with the setting.',
    meaning:
      'No version is there, or the newest is disabled, expired, without a private key, or with a key that cannot sign.',
    remedy: 'Do what the message says, in the vault or in the setting that it names; then start the app again.',
  },
  TOKEN_REFUSED: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'Entra refused a token with a number that has no row of its own, or with none.',
    meaning: 'The number and the beginning of Entra’s own text are in the detail of the log line.',
    remedy: 'Look the number up at https://login.microsoftonline.com/error.',
  },
  TOKEN_WRONG: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'A token was for another tenant, app or resource than the one asked for, and was dropped.',
    meaning: 'A cache row was moved or changed, or an endpoint answered for somebody else.',
    remedy: 'Treat it as an attack until it is explained: compare the tokens table with the audit trail.',
  },
  ENTRA_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'Entra could not be reached, answered with a passing fault, or something else answered in its place.',
    meaning: 'The network, a proxy in between, the authority setting, or Entra itself; the detail has the HTTP status.',
    remedy: 'Wait; if it lasts, check TENANTPOST_AUTHORITY_URL, the proxy and the Azure status page.',
  },
  ENTRA_THROTTLED: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'Entra answered 429, or AADSTS50196 or 90055: too many token requests.',
    meaning: 'The tenant or the app asks too often. Nobody asks again before the time that Entra names.',
    remedy: 'Wait. If it lasts, look for who else uses the client id, and for a tokens table that cannot be written.',
  },
  VAULT_REFUSED: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'Key Vault answered 401, 403 or 404.',
    meaning: 'The managed identity lacks a role on the vault, or the certificate, key or secret does not exist.',
    remedy:
      'Check the names in the settings, the firewall of the vault, and the roles of the identity (docs/rights.md has all of them).',
  },
  VAULT_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'Key Vault could not be reached, had trouble, or answered 429: too many requests.',
    meaning: 'The network, the firewall of the vault, the vault setting, or the service itself.',
    remedy: 'Wait; if it lasts, check TENANTPOST_VAULT_URL and the firewall.',
  },
  IDENTITY_REFUSED: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'The managed identity endpoint says that there is no such identity; the message begins with the setting.',
    meaning:
      'The identity is not assigned to the function app, or the setting holds another id, such as its object id.',
    remedy: 'Assign the user-assigned identity to the function app; set its client id.',
  },
  IDENTITY_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'The managed identity endpoint did not answer, or gave no token.',
    meaning: 'No identity is assigned to the function app, so that it has no endpoint; or the endpoint has trouble.',
    remedy: 'Wait; if it lasts, check that the function app has a managed identity, and start it again.',
  },
  STORAGE_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'A table, queue or blob could not be read or written.',
    meaning: 'The network, a missing role on the storage account, or the service itself.',
    remedy:
      'Check the AzureWebJobsStorage settings, the firewall of the account, and the roles of the identity (docs/rights.md has all of them).',
  },
  ROW_UNREADABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'A tenant, mail job, mailbox or invitation cannot be read, while others can.',
    meaning: 'Its row in the table was written by a newer release than the one that runs, or by hand.',
    remedy: 'Deploy the newer release again, or mend the row: docs/upgrade.md says how. Mail waits until then.',
  },

  JOB_NOT_JSON: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'A queue message is neither a JSON object nor base64 of one.',
    meaning: 'The producer wrote something else to the queue, or encoded it twice.',
    remedy: 'Put one JSON object, or base64 of its UTF-8 text, in the message.',
  },
  JOB_VERSION_UNKNOWN: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'A mail job has no version, or one that this app does not know.',
    meaning: 'The producer is newer than this app, or the field is missing.',
    remedy: 'Set "version": 1, or update the app.',
  },
  JOB_INVALID: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'A mail job has a field that is missing, wrong or unknown; it is named.',
    meaning: 'Nothing was sent: a job is taken as a whole or not at all.',
    remedy: 'Correct the field named and queue the job again.',
  },
  JOB_TOO_LARGE: {
    disposition: 'never',
    httpStatus: 413,
    owner: 'operator',
    symptom: 'A mail job, or the request that it makes to Graph, is larger than allowed.',
    meaning:
      'A queue message holds 64 KiB, base64 of a job 48 KiB; Graph takes 4 MB in a request, and 150 MB by a draft.',
    remedy: 'Put content into blobs (docs/mail-job.md), or make it smaller.',
  },
  JOB_ID_REUSED: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'operator',
    symptom: 'A mail job came with an id that another job of the same tenant has.',
    meaning: 'The id is the idempotency key: the same id means the same mail. The first job stands.',
    remedy: 'Give every mail an id of its own.',
  },
  JOB_EXPIRED: {
    disposition: 'never',
    httpStatus: 410,
    owner: 'operator',
    symptom: 'A mail job was not sent before its expiresAt.',
    meaning: 'It waited for its turn, its tenant or its mailbox until the time was over.',
    remedy: 'Queue it again with a later expiresAt if it is still wanted; the outcome says what it waited for.',
  },
  JOB_NOT_FOUND: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'operator',
    symptom: 'No mail job of this tenant has this id.',
    meaning: 'It was never seen, its message is still in the queue, or the retention time has removed it.',
    remedy: 'Check tenant and id; docs/mail-job.md says when a row is written.',
  },
  JOB_ENDED: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'operator',
    symptom: 'A mail job cannot be cancelled or replayed as it stands; the answer names its state.',
    meaning: 'It has left, is leaving this moment, or has been cancelled before.',
    remedy: 'Nothing can be taken back. To send an unknown one again, say so: docs/mail-api.md.',
  },
  CONTENT_MISSING: {
    disposition: 'never',
    httpStatus: 422,
    owner: 'operator',
    symptom: 'A mail job names a blob that is not in the container mail-content.',
    meaning: 'It was never uploaded, was uploaded under another name, or the retention time has removed it.',
    remedy: 'Upload it again and replay the job.',
  },
  CONTENT_WRONG: {
    disposition: 'never',
    httpStatus: 422,
    owner: 'operator',
    symptom: 'A blob that a mail job names has another size or SHA-256 than the job says.',
    meaning: 'The blob was changed after the job was written, or the job has the hash of another one.',
    remedy: 'Upload the right content, or queue a job with the right hash.',
  },
  TRANSPORT_CANNOT: {
    disposition: 'never',
    httpStatus: 422,
    owner: 'operator',
    symptom: 'The transport cannot carry this mail; the field that it cannot carry is named.',
    meaning: 'Graph and SMTP do not carry the same messages: docs/transports.md has what each cannot.',
    remedy: 'Use the other transport, or leave out what the field names.',
  },
  TRANSPORT_OFF: {
    disposition: 'never',
    httpStatus: 422,
    owner: 'operator',
    symptom: 'A mail job came for a transport that this installation does not serve.',
    meaning: 'SMTP needs tokens for Outlook, which TENANTPOST_RESOURCES does not ask for.',
    remedy: 'Add outlook to TENANTPOST_RESOURCES, or queue the job for Graph.',
  },
  TENANT_NOT_CONSENTED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'operator',
    symptom: 'A mail job names a tenant that never consented, or whose consent is gone.',
    meaning: 'Without consent no token of that tenant can be had.',
    remedy: 'Send the tenant an invitation; queue the job again when the tenant is active.',
  },
  TENANT_UNKNOWN: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'operator',
    symptom: 'An API call names a tenant of which nothing is recorded here.',
    meaning: 'It was never invited, verified or consented; or the id or domain is another tenant’s.',
    remedy: 'List the tenants; invite the tenant, or have it verified.',
  },
  TENANT_REMOVED: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'operator',
    symptom: 'Something was asked for a tenant that was removed from this installation.',
    meaning: 'An operator has taken the tenant out; no mail of it is accepted and no token is asked for.',
    remedy: 'Invite the tenant again, by its id, or have it verified again.',
  },
  TENANT_PENDING: {
    disposition: 'again',
    httpStatus: 409,
    owner: 'tenant admin',
    symptom: 'A mail job waits for a tenant whose consent has not taken effect yet.',
    meaning: 'Consent takes minutes to arrive everywhere. The timer asks again for 24 hours.',
    remedy: 'Wait. If it stays pending, the administrator opens a new invitation link and consents again.',
  },

  MAILBOX_NOT_FOUND: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'tenant admin',
    symptom: 'Graph knows no such user, or the user has no Exchange Online mailbox.',
    meaning: 'The address in "from" is wrong, unlicensed, deleted, or hosted on premises.',
    remedy: 'Check the address; license the mailbox or move it to Exchange Online.',
  },
  SEND_FORBIDDEN: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Graph answered 403, or the SMTP server that this sender is not allowed.',
    meaning:
      'The app may not send as this mailbox: Mail.Send or SendAs is missing, or an access policy or RBAC scope leaves the mailbox out.',
    remedy: 'Grant the permission or widen the scope; changes take up to two hours.',
  },
  SEND_REJECTED: {
    disposition: 'never',
    httpStatus: 400,
    owner: 'operator',
    symptom: 'Graph or the SMTP server refused the message itself.',
    meaning: 'A recipient, header or attachment is not acceptable to Exchange; the code is in the detail.',
    remedy: 'Correct the message and queue it again.',
  },
  SEND_THROTTLED: {
    disposition: 'again',
    httpStatus: 429,
    owner: 'operator',
    symptom: 'Graph answered 429, or the SMTP server that it takes no more for now.',
    meaning:
      'The mailbox or the app is over a limit. The job is put back until the time that Microsoft names, and so is all mail of the mailbox.',
    remedy: 'Nothing; if it lasts, spread the mail over more mailboxes.',
  },
  SEND_TOKEN_REFUSED: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'Graph answered 401, or the SMTP server 535, to a token that Entra had issued.',
    meaning: 'The token was revoked, or the addresses set and TENANTPOST_CLOUD do not belong together.',
    remedy:
      'A token older than ten minutes is replaced; a younger one is kept, as the next would be refused as well. If it lasts, check these settings.',
  },
  MAILBOX_FULL: {
    disposition: 'never',
    httpStatus: 507,
    owner: 'tenant admin',
    symptom: 'Graph answered 507 or a quota error, or the SMTP server 5.2.2.',
    meaning: 'The mailbox cannot take the copy that every send begins with.',
    remedy: 'Make room in the mailbox, then replay the job.',
  },
  MAILBOX_PACED: {
    disposition: 'again',
    httpStatus: 429,
    owner: 'operator',
    symptom: 'A mail job waits, and its outcome says until when.',
    meaning:
      'The mailbox has as much under way as Microsoft allows: 30 messages a minute, 4 requests at a time, 150 MB in 5 minutes.',
    remedy: 'Nothing. To send faster, spread the mail over more mailboxes.',
  },
  MAILBOX_QUOTA: {
    disposition: 'again',
    httpStatus: 429,
    owner: 'operator',
    symptom: 'Mail of a mailbox waits for hours, and its outcome says until when.',
    meaning: 'The recipients that the mailbox may address in a day are used up.',
    remedy: 'Nothing, or spread the mail over more mailboxes.',
  },
  MAILBOX_HELD: {
    disposition: 'again',
    httpStatus: 423,
    owner: 'operator',
    symptom: 'Mail of a mailbox waits because the mailbox is held.',
    meaning: 'An operator holds it, or Microsoft asked for a pause with Retry-After.',
    remedy: 'Release the mailbox if an operator held it; a pause that Microsoft asked for ends by itself.',
  },
  MAILBOX_BLOCKED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange has blocked the mailbox from sending.',
    meaning: 'Its outbound mail looked like spam, or the account looks compromised.',
    remedy:
      'Look at Restricted entities in the Microsoft Defender portal and unblock the mailbox; then replay the job.',
  },
  MAIL_READ_MISSING: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'A delivery needs to read and write the mailbox, and Graph refuses it.',
    meaning:
      'The delivery exactly-once, mail of more than about 3 MB, and mail in MIME that is to leave no copy in Sent Items begin with a draft, for which Mail.ReadWrite is needed beside Mail.Send.',
    remedy: 'Consent to Mail.ReadWrite, or use the delivery standard with smaller attachments.',
  },
  SMTP_AUTH_DISABLED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange answers 535 5.7.139: SMTP AUTH is switched off.',
    meaning: 'It is off for the mailbox, for the organisation, or by security defaults. It applies to OAuth as well.',
    remedy:
      'Set-CASMailbox <mailbox> -SmtpClientAuthenticationDisabled $false, or the same for the organisation with Set-TransportConfig.',
  },
  SMTP_AUTH_REFUSED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange answers 535 5.7.3 to a token that Entra has just issued.',
    meaning:
      'SMTP.SendAsApp is missing, the service principal is not registered in Exchange or with the wrong object id, or it has no right on the mailbox.',
    remedy:
      'Run New-ServicePrincipal with the object id of the enterprise application, and Add-MailboxPermission; changes take up to half an hour.',
  },
  SMTP_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'The SMTP server could not be reached, or answered that it cannot take mail now.',
    meaning: 'Nothing was sent. The network, or Exchange.',
    remedy: 'Wait; if it lasts, check TENANTPOST_SMTP_HOST.',
  },
  IMAP_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'The doctor could not reach the IMAP server.',
    meaning: 'The network, a firewall that closes port 993, or Exchange.',
    remedy: 'Wait; if it lasts, check TENANTPOST_IMAP_HOST and whether the app may reach that port.',
  },
  POP_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'The doctor could not reach the POP3 server.',
    meaning: 'The network, a firewall that closes port 995, or Exchange.',
    remedy: 'Wait; if it lasts, check TENANTPOST_POP_HOST and whether the app may reach that port.',
  },
  NAME_UNRESOLVED: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'The doctor finds no address for the host name of a service.',
    meaning: 'The name in a setting is wrong, or the name servers that the app uses do not know it.',
    remedy: 'Check the setting that the finding names, and the DNS of the network that the app runs in.',
  },
  TLS_UNTRUSTED: {
    disposition: 'again',
    httpStatus: 502,
    owner: 'operator',
    symptom: 'The doctor reaches a service whose certificate is not to be trusted.',
    meaning: 'Something between the app and Microsoft opens the connection, or a setting names another server.',
    remedy:
      'Check the setting that the finding names; take the inspecting proxy out of the way, or trust its CA with NODE_EXTRA_CA_CERTS.',
  },
  CLOCK_WRONG: {
    disposition: 'again',
    httpStatus: 500,
    owner: 'operator',
    symptom: 'The doctor finds the clock of the app and that of Microsoft minutes apart.',
    meaning: 'Assertions and tokens are valid for a time, so that with a wrong clock they are refused.',
    remedy:
      'Set the clock of the machine by a time server. On Azure Functions it is right: look at who answers instead.',
  },
  MAILBOX_OF_OTHER_TENANT: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'operator',
    symptom: 'The doctor was asked about a mailbox whose domain belongs to another tenant.',
    meaning: 'A token of one tenant opens no mailbox of another, whatever was consented.',
    remedy: 'Use an address of this tenant, or ask about the tenant that the finding names.',
  },
  MAILBOX_UNLICENSED: {
    disposition: 'never',
    httpStatus: 404,
    owner: 'tenant admin',
    symptom: 'Graph knows the user and answers MailboxNotEnabledForRESTAPI.',
    meaning: 'The user has no mailbox in Exchange Online: no licence, soft-deleted, or hosted on premises.',
    remedy: 'Assign a licence with Exchange Online to the user, or move the mailbox to Exchange Online.',
  },
  MAILBOX_OUT_OF_SCOPE: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'The app is granted by RBAC for Applications, and Graph refuses this mailbox.',
    meaning:
      'The management scope of the role assignment does not hold the mailbox, or the change has not arrived yet.',
    remedy:
      'Run Test-ServicePrincipalAuthorization -Identity <object id> -Resource <mailbox>: where InScope is False, put the mailbox into the scope; where it is True, wait.',
  },
  SCOPE_WITHOUT_EFFECT: {
    disposition: 'never',
    httpStatus: 409,
    owner: 'tenant admin',
    symptom: 'The tenant limits the app to certain mailboxes, and its token carries Mail.Send as well.',
    meaning:
      'Mail.Send in the token opens every mailbox of the tenant, whatever the scope says: what Entra grants and what Exchange grants are added up.',
    remedy: 'Remove Mail.Send from the permissions that were granted to the enterprise application.',
  },
  EXCHANGE_PRINCIPAL_MISSING: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange refuses the sign-in to a mail protocol, although the token carries the permission.',
    meaning: 'The service principal of the app is not registered in Exchange Online, or not for long enough.',
    remedy: 'Run New-ServicePrincipal with the app id and the object id of the enterprise application.',
  },
  EXCHANGE_PRINCIPAL_WRONG: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange knows the app, and opens none of the mailboxes to it.',
    meaning:
      'The service principal is registered in Exchange with another object id than that of the enterprise application, often that of the app registration.',
    remedy: 'Run Get-ServicePrincipal; where ObjectId differs, Remove-ServicePrincipal and register it again.',
  },
  MAILBOX_PERMISSION_MISSING: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange opens other mailboxes of the tenant to the app, and not this one.',
    meaning: 'The service principal has no FullAccess to this mailbox, or not for long enough.',
    remedy: 'Run Add-MailboxPermission -Identity <mailbox> -User <object id> -AccessRights FullAccess.',
  },
  MAILBOX_ACCESS_REFUSED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange takes the token and does not open the mailbox: User is authenticated but not connected.',
    meaning:
      'Exchange answers the same for three things: no FullAccess to the mailbox, a service principal with the wrong object id, and a protocol that is switched off for the mailbox.',
    remedy:
      'Run, in this order, Get-ServicePrincipal, Get-MailboxPermission and Get-CASMailbox for the mailbox, and mend the first that is not as it should be.',
  },
  MAIL_SIGN_IN_REFUSED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange refuses a sign-in over IMAP or POP3 and says no more.',
    meaning:
      'The service principal is not registered in Exchange or with the wrong object id, it has no right on the mailbox, or the protocol is switched off for the mailbox.',
    remedy:
      'Run the set-up script of the tenant again: it looks before it changes anything, and says what was missing.',
  },
  SEND_AS_MISSING: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'Exchange signs the app in over SMTP and does not let it send as the mailbox.',
    meaning: 'The service principal may open the mailbox and lacks the right to send in its name.',
    remedy: 'Run Add-RecipientPermission -Identity <mailbox> -Trustee <object id> -AccessRights SendAs.',
  },
  PROTOCOL_DISABLED: {
    disposition: 'never',
    httpStatus: 403,
    owner: 'tenant admin',
    symptom: 'The app signs in to the mailbox over one mail protocol and not over another.',
    meaning: 'IMAP or POP is switched off for this mailbox.',
    remedy: 'Run Set-CASMailbox <mailbox> -ImapEnabled $true, or -PopEnabled $true.',
  },
  CLAIM_LOST: {
    disposition: 'again',
    httpStatus: 409,
    owner: 'operator',
    symptom: 'A worker stopped in the middle of a mail job because another one has taken it over.',
    meaning: 'It was silent for longer than a queue message stays hidden.',
    remedy: 'Nothing; the other worker goes on.',
  },
  GRAPH_UNAVAILABLE: {
    disposition: 'again',
    httpStatus: 503,
    owner: 'operator',
    symptom: 'No connection to Graph could be made, or it failed at a step before the send; nothing was sent.',
    meaning: 'The network, a name that does not resolve, a certificate that is not trusted, or Graph itself.',
    remedy: 'Wait; if it lasts, check TENANTPOST_GRAPH_URL.',
  },
  SEND_UNCONFIRMED: {
    disposition: 'unknown',
    httpStatus: 504,
    owner: 'operator',
    symptom: 'The answer to a send was lost, or was a server error.',
    meaning:
      'Microsoft may have accepted the message. It is not sent again blindly, since that could deliver it twice.',
    remedy: 'Look in Sent Items of the mailbox; if it is not there, replay the job and say that it may go twice.',
  },

  UNEXPECTED: {
    disposition: 'thrown',
    httpStatus: 500,
    owner: 'operator',
    symptom: 'Something happened that nobody foresaw.',
    meaning: 'A fault in this app. The log has the exception under the invocation id.',
    remedy: 'Report it with the log lines around the invocation id.',
  },
} as const satisfies Record<string, Meaning>;

export type ErrorCode = keyof typeof errorMeanings;

export const errorCodes = Object.keys(errorMeanings) as [ErrorCode, ...ErrorCode[]];

/** What may be logged, stored and shown as it is: ids, codes, field names and times. Never a token, body or recipient. */
export type SafeDetail = Readonly<Record<string, string | number | boolean | undefined>>;

export interface TenantpostErrorOptions extends ErrorOptions {
  detail?: SafeDetail;
  /** For `again`: not before this many seconds have passed. */
  retryAfterSeconds?: number;
  /** Nearer to the case than the table's. */
  remedy?: string;
}

/**
 * Everything that this app throws on purpose. `message` says what was attempted, on what, and why it failed, and is safe to
 * show; `cause` keeps the original and may hold anything, so it goes to no log line and no answer.
 */
export class TenantpostError extends Error {
  override readonly name = 'TenantpostError';
  readonly code: ErrorCode;
  readonly detail: SafeDetail;
  readonly retryAfterSeconds: number | undefined;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, options: TenantpostErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.remedy = options.remedy ?? errorMeanings[code].remedy;
  }

  get meaning(): Meaning {
    return errorMeanings[this.code];
  }
}

/** Our own errors as they are; anything else as `UNEXPECTED`, with the original as its cause and none of its text. */
export function asTenantpostError(error: unknown): TenantpostError {
  if (error instanceof TenantpostError) return error;
  return new TenantpostError('UNEXPECTED', 'An unforeseen error happened.', { cause: error });
}
