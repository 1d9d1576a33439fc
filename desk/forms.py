"""Forms of the desk: each field with its label, its help and its mistakes tied to it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy as _

from desk import words
from desk.setup import setup
from pipeline.models import Editor, Role, Term
from pipeline.settings import UI_LANGUAGES

if TYPE_CHECKING:  # Django's own forms take no type in brackets when they run
    EditorForm = forms.ModelForm[Editor]
    TermBase = forms.ModelForm[Term]
else:
    EditorForm = TermBase = forms.ModelForm


class Renderer(DjangoTemplates):
    """Django's own templates for widgets; the fields around them are desk/_form.html."""


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits from your authenticator app, or a recovery code."),
        max_length=16,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        """Apps show the digits in two groups; people type them so."""
        return str(self.cleaned_data["code"]).replace(" ", "")


def _own_names(empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *((code, words.own_name(code)) for code in UI_LANGUAGES)]


class PreferencesForm(EditorForm):
    class Meta:
        model = Editor
        fields = ("ui_language", "shortcuts", "notices")
        labels = {
            "ui_language": _("Language of the desk"),
            "shortcuts": _("Commands by single keys"),
            "notices": _("Daily mail of what waits"),
        }
        help_texts = {
            "shortcuts": _("Switch them off if you dictate or use a program that types for you."),
            "notices": _("Sent only where the operator of the desk has set up mail."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _own_names(_("As the browser asks"))
        self.fields["ui_language"] = forms.ChoiceField(
            choices=choices, required=False, label=self.fields["ui_language"].label
        )


class PasswordForm(forms.Form):
    """`old` is asked of those who have a password and did not come in by a link."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, editor: Editor, *args: Any, ask_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._editor = editor
        if not ask_old:
            del self.fields["old"]
        self.fields["new"].help_text = " ".join(password_validators_help_texts())

    def clean_old(self) -> str:
        if not self._editor.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError(_("This is not your present password."))
        return str(self.cleaned_data["old"])

    def clean_again(self) -> str:
        if self.cleaned_data.get("new") != self.cleaned_data["again"]:
            raise forms.ValidationError(_("The two new passwords differ."))
        return str(self.cleaned_data["again"])


class AccountForm(EditorForm):
    class Meta:
        model = Editor
        fields = ("full_name", "email")
        labels = {"full_name": _("Full name"), "email": _("E-mail")}
        help_texts = {"full_name": _("Stands under published texts as the responsible editor’s.")}


class NewAccountForm(AccountForm):
    name = forms.RegexField(
        label=_("Name"),
        regex=r"^[^\s\x00-\x1f]+$",
        max_length=150,
        help_text=_("One word, such as anna.berzina. Stands in the log for ever."),
        error_messages={"invalid": _("A name is one word.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    field_order = ("name", "full_name", "email")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Editor.objects.by_name(name):
            raise forms.ValidationError(_("There is an account of this name already."))
        return name


class GrantForm(forms.Form):
    """One role in one language or all, for one city or all. An empty role: no grant."""

    role = forms.ChoiceField(label=_("Role"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    source_key = forms.ChoiceField(label=_("City"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = setup().config
        choices: dict[str, list[tuple[str, Any]]] = {
            "role": [("", _("no role")), *((role.value, words.ROLES[role]) for role in Role)],
            "language": [
                ("", _("all languages")),
                *((code, words.language_name(code)) for code in config.targets),
            ],
            "source_key": [
                ("", _("all cities")),
                *((each.key, words.city_name(each.key)) for each in config.source),
            ],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            kept = self.initial.get(name, "")  # a language or city that is configured no more stays as it is
            field.choices = offered if kept in dict(offered) else [*offered, (kept, kept)]  # type: ignore[attr-defined]


GrantFormSet = forms.formset_factory(GrantForm, extra=2, max_num=60)


class TermForm(TermBase):
    source_lines = forms.CharField(
        label=_("Inflected forms of the term"),
        required=False,
        help_text=_("One a line; a form that ends in * stands for all that begin so."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    target_lines = forms.CharField(
        label=_("Inflected forms of the translation"),
        required=False,
        help_text=_("One a line; each counts as the translation used."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Term
        fields = (
            "source_language",
            "target_language",
            "source",
            "target",
            "do_not_translate",
            "forbidden",
            "note",
        )
        labels = {
            "source_language": _("From"),
            "target_language": _("Into"),
            "source": _("Term"),
            "target": _("Translation"),
            "do_not_translate": _("Stays as it is, untranslated"),
            "forbidden": _("This translation must not be used"),
            "note": _("Note"),
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    field_order = ("source_language", "target_language", "source", "source_lines", "target", "target_lines")

    def __init__(self, languages: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = setup().config
        sources = sorted({source.language for source in config.source} | set(config.targets))
        self._choose("source_language", ["", *sources])
        self._choose("target_language", languages)
        self.initial["source_lines"] = "\n".join(self.instance.source_forms)
        self.initial["target_lines"] = "\n".join(self.instance.forms)

    def _choose(self, name: str, codes: list[str]) -> None:
        kept = getattr(self.instance, name)
        offered = codes if kept in codes else [*codes, kept]
        choices = [(code, words.language_name(code) if code else _("all languages")) for code in offered]
        self.fields[name] = forms.ChoiceField(choices=choices, required=False, label=self.fields[name].label)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("target") and not data.get("do_not_translate"):
            self.add_error("target", _("Give a translation, or say that the term stays as it is."))
        return data

    def save(self, commit: bool = True) -> Term:  # noqa: FBT001, FBT002 - Django's signature
        self.instance.source_forms = _lines(self.cleaned_data["source_lines"])
        self.instance.forms = _lines(self.cleaned_data["target_lines"])
        return super().save(commit)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
