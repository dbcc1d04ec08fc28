/** Which paths of Graph this cloud answers, and what the journal and the fault panel call a request to each of them. */

/** What a request asks for, read from its method and path alone. */
export interface GraphTarget {
  /** `other` for a path that is not in the table. */
  operation: string;
  /** The methods that the path takes, when the request's own is none of them. */
  allowed?: string[];
  /** Id or user principal name, as it stands in the path. */
  user?: string;
  folder?: string;
  message?: string;
  attachment?: string;
}

type Entry = readonly [operation: string, method: string, path: string];

const ofMessages: readonly Entry[] = [
  ['listMessages', 'GET', 'messages'],
  ['createMessage', 'POST', 'messages'],
  ['getMessage', 'GET', 'messages/{message}'],
  ['updateMessage', 'PATCH', 'messages/{message}'],
  ['deleteMessage', 'DELETE', 'messages/{message}'],
  ['getMessageContent', 'GET', 'messages/{message}/$value'],
  ['sendMessage', 'POST', 'messages/{message}/send'],
  ['createUploadSession', 'POST', 'messages/{message}/attachments/createUploadSession'],
  ['listAttachments', 'GET', 'messages/{message}/attachments'],
  ['addAttachment', 'POST', 'messages/{message}/attachments'],
  ['getAttachment', 'GET', 'messages/{message}/attachments/{attachment}'],
  ['deleteAttachment', 'DELETE', 'messages/{message}/attachments/{attachment}'],
  ['getAttachmentContent', 'GET', 'messages/{message}/attachments/{attachment}/$value'],
];

const under = (prefix: string, entries: readonly Entry[]): Entry[] =>
  entries.map(([operation, method, path]) => [operation, method, `${prefix}/${path}`]);

const table = [
  ['listUsers', 'GET', 'users'],
  ['getUser', 'GET', 'users/{user}'],
  ['listOrganization', 'GET', 'organization'],
  ['sendMail', 'POST', 'users/{user}/sendMail'],
  ...under('users/{user}', ofMessages),
  ['listMailFolders', 'GET', 'users/{user}/mailFolders'],
  ['getMailFolder', 'GET', 'users/{user}/mailFolders/{folder}'],
  ...under('users/{user}/mailFolders/{folder}', ofMessages),
].map(([operation = '', method = '', path = '']) => ({ operation, method, segments: path.split('/') }));

/** The journal and the fault panel both ask here, so that they cannot differ. */
export function targetOf(method: string, pathname: string): GraphTarget {
  const segments = segmentsOf(pathname);
  if (segments === undefined) return { operation: 'other' };
  const [first, ...others] = table.flatMap((entry) => {
    const parameters = match(entry.segments, segments.slice(1));
    return parameters ? [{ ...entry, parameters }] : [];
  });
  if (first === undefined) return { operation: 'other' };
  const found = [first, ...others].find((one) => one.method === method);
  if (found !== undefined) return { operation: found.operation, ...found.parameters };
  const allowed = [first, ...others].map((one) => one.method);
  return { operation: first.operation, ...first.parameters, allowed };
}

/**
 * The segments of a path, the version first. A key may stand in parentheses: `messages('AAMk...')`. Nothing for what is
 * not percent-encoded properly.
 */
function segmentsOf(pathname: string): string[] | undefined {
  try {
    return pathname
      .split('/')
      .slice(1)
      .flatMap((segment) => {
        const [, name, key] = /^(\w+)\((?:'|%27)(.+)(?:'|%27)\)$/i.exec(segment) ?? [];
        return name !== undefined && key !== undefined
          ? [name, decodeURIComponent(key)]
          : [decodeURIComponent(segment)];
      });
  } catch {
    return undefined;
  }
}

/** Segments are case-insensitive, keys are not. Actions may be written with the namespace, as some SDKs do. */
function match(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of template.entries()) {
    const segment = segments[index] ?? '';
    const [, parameter] = /^\{(\w+)\}$/.exec(wanted) ?? [];
    if (parameter !== undefined && segment !== '') parameters[parameter] = segment;
    else if (segment.toLowerCase().replace(/^microsoft\.graph\./, '') !== wanted.toLowerCase()) return undefined;
  }
  return parameters;
}
