/** Every way that is tested of getting a mail job wrong. */

import { addressing } from './addressing.ts';
import { content } from './content.ts';
import { options } from './options.ts';

export const malformedMailJobs = [...addressing, ...content, ...options];
