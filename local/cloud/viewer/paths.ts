/** Where each page of the portal is. */

export const paths = {
  overview: '/',
  tenants: '/tenants',
  apps: '/apps',
  mailboxes: '/mailboxes',
  vault: '/vault',
  journal: '/journal',
  faults: '/faults',
  jobs: '/jobs',
  reset: '/reset',
  style: '/viewer.css',
} as const;

export const tenantPath = (id: string): string => `${paths.tenants}/${encodeURIComponent(id)}`;
export const tenantAppPath = (tenantId: string, appId: string): string =>
  `${tenantPath(tenantId)}/apps/${encodeURIComponent(appId)}`;
export const appPath = (appId: string): string => `${paths.apps}/${encodeURIComponent(appId)}`;
export const faultPath = (id: string): string => `${paths.faults}/${encodeURIComponent(id)}`;
export const mailboxPath = (address: string): string => `${paths.mailboxes}/${encodeURIComponent(address)}`;
export const messagePath = (id: string): string => `/messages/${encodeURIComponent(id)}`;
export const messageHtmlPath = (id: string): string => `${messagePath(id)}/html`;
export const attachmentPath = (id: string, index: number): string => `${messagePath(id)}/attachments/${index}`;
/** Of the control API. */
export const messageJsonPath = (id: string): string => `/api/messages/${encodeURIComponent(id)}`;
