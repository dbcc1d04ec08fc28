/** Opens an address in the browser of whoever sits at this machine. */

/** @returns false where there is no browser, or nobody can tell: the address is to be printed then. */
export async function openBrowser(url: string): Promise<boolean> {
  // Over SSH, in a container and on a server there is nobody to look; `open` would start a browser of text or none at all.
  const hasDisplay = process.platform !== 'linux' || variableIsSet('DISPLAY') || variableIsSet('WAYLAND_DISPLAY');
  if (variableIsSet('SSH_CONNECTION') || (!hasDisplay && !variableIsSet('WSL_DISTRO_NAME'))) return false;
  const { default: open } = await import('open');
  try {
    const child = await open(url);
    child.once('error', () => {});
    return true;
  } catch {
    return false;
  }
}

const variableIsSet = (name: string): boolean => (process.env[name] ?? '') !== '';
