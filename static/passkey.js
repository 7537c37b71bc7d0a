/* Starts the browser's passkey dialogue and sends its answer. The content policy allows no inline script, so what
   the server asks is read from data attributes; ids and signatures travel as base64url. */
"use strict";

(() => {
  const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const withBytes = (list = []) => list.map((each) => ({ ...each, id: toBytes(each.id) }));

  async function register(asked) {
    const made = await navigator.credentials.create({ publicKey: {
      ...asked,
      challenge: toBytes(asked.challenge),
      user: { ...asked.user, id: toBytes(asked.user.id) },
      excludeCredentials: withBytes(asked.excludeCredentials),
    } });
    return {
      ...named(made),
      response: {
        attestationObject: toText(made.response.attestationObject),
        clientDataJSON: toText(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : null,
      },
      extensions: JSON.stringify(made.getClientExtensionResults()),
    };
  }

  async function signin(asked) {
    const shown = await navigator.credentials.get({ publicKey: {
      ...asked,
      challenge: toBytes(asked.challenge),
      allowCredentials: withBytes(asked.allowCredentials),
    } });
    const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response;
    return {
      ...named(shown),
      response: {
        authenticatorData: toText(authenticatorData),
        clientDataJSON: toText(clientDataJSON),
        signature: toText(signature),
        userHandle: userHandle ? toText(userHandle) : null,
      },
      assertionClientExtensions: JSON.stringify(shown.getClientExtensionResults()),
    };
  }

  const named = (credential) => ({ id: credential.id, rawId: toText(credential.rawId), type: credential.type });

  async function start(place) {
    try {
      const asked = JSON.parse(place.dataset.options);
      const answer = place.dataset.passkey === "register" ? await register(asked) : await signin(asked);
      const form = document.getElementById(place.dataset.form);
      form.querySelector("[name=credential]").value = JSON.stringify(answer);
      form.submit();
    } catch (failure) { // refused, timed out, or no passkey here: the sentence says what to do
      console.info(failure.name);
      const sentence = place.firstElementChild;
      sentence.textContent = place.dataset.failed;
      sentence.className = "notice bad";
    }
  }

  document.querySelectorAll("[data-passkey]").forEach(start);
})();
