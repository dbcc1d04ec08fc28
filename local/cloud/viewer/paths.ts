/** Where each page of the viewer is. */

export const paths = {
  overview: '/',
  jobs: '/jobs',
  style: '/viewer.css',
  messagesJson: '/api/messages',
} as const;

export const mailboxPath = (address: string): string => `/mailboxes/${encodeURIComponent(address)}`;
export const messagePath = (id: string): string => `/messages/${encodeURIComponent(id)}`;
export const messageHtmlPath = (id: string): string => `${messagePath(id)}/html`;
export const attachmentPath = (id: string, index: number): string => `${messagePath(id)}/attachments/${index}`;
export const messageJsonPath = (id: string): string => `${paths.messagesJson}/${encodeURIComponent(id)}`;
