"""Makes pii_ids.tsv and pii_fineweb.tsv, which tests/unit/filter/pii.c compares leat with: what two other programs say.
    python3 -m venv v && v/bin/pip install python-stdnum==2.2 datatrove==0.10.1 && v/bin/python pii_recorded.py .
pii_ids.tsv: kind, 1 or 0, text: numbers drawn at random that python-stdnum calls valid, and the same with another last
character that it calls invalid. pii_fineweb.tsv: text, what datatrove's PIIFormatter makes of it (its replacements from the
first one on)."""
import datetime
import importlib
import random
import sys

from datatrove.pipeline.formatters.pii import PIIFormatter

draw = random.Random(7)


def digits(n):
    return "".join(draw.choice("0123456789") for _ in range(n))


def day(form, first=1940, last=1999):
    return datetime.date(draw.randint(first, last), draw.randint(1, 12), draw.randint(1, 28)).strftime(form)


def letters(n, of="BCDFGLMNPRST"):
    return "".join(draw.choice(of) for _ in range(n))


AZ = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
IDS = {
    "us_ssn": ("us.ssn", lambda: f"{digits(3)}-{digits(2)}-{digits(4)}", "ssn "),
    "cn_resident_id": ("cn.ric", lambda: draw.choice(["110101", "310104", "440305"]) + day("%Y%m%d") + digits(3) + draw.choice("0123456789X"), ""),
    "in_aadhaar": ("in_.aadhaar", lambda: digits(12), "aadhaar "),
    "in_pan": ("in_.pan", lambda: letters(3) + "P" + letters(1) + digits(4) + letters(1, AZ), ""),
    "br_cpf": ("br.cpf", lambda: digits(11), "cpf "),
    "fr_nir": ("fr.nir", lambda: draw.choice("12") + digits(2) + f"{draw.randint(1, 12):02}" + digits(10), ""),
    "es_dni": ("es.dni", lambda: digits(8) + letters(1, DNI), ""),
    "es_nie": ("es.nie", lambda: letters(1, "XYZ") + digits(7) + letters(1, DNI), ""),
    "it_fiscal_code": ("it.codicefiscale", lambda: letters(6) + digits(2) + letters(1, "ABCDEHLMPRST") + f"{draw.randint(1, 28):02}" + letters(1, "AFHL") + digits(3) + letters(1, AZ), ""),
    "de_tax_id": ("de.idnr", lambda: digits(11), "steuer "),
    "uk_nhs": ("gb.nhs", lambda: digits(10), "nhs "),
    "pl_pesel": ("pl.pesel", lambda: day("%y%m%d") + digits(5), "pesel "),
    "nl_bsn": ("nl.bsn", lambda: digits(9), "bsn "),
    "se_personal_number": ("se.personnummer", lambda: day("%y%m%d") + "-" + digits(4), ""),
    "jp_my_number": ("jp.in_", lambda: digits(12), "my number "),
    "kr_resident": ("kr.rrn", lambda: day("%y%m%d") + "-" + draw.choice("12") + digits(6), ""),
    "ca_sin": ("ca.sin", lambda: digits(9), "sin "),
    "au_tfn": ("au.tfn", lambda: digits(9), "tfn "),
    "tr_kimlik": ("tr.tckimlik", lambda: digits(11), "kimlik "),
    "za_id": ("za.idnr", lambda: day("%y%m%d") + digits(4) + draw.choice("01") + digits(2), "identity "),
    "no_birth_number": ("no.fodselsnummer", lambda: day("%d%m%y") + digits(5), "norwegian "),
    "fi_identity_code": ("fi.hetu", lambda: day("%d%m%y") + "-" + digits(3) + letters(1, "ABCDEFHJKLMNPRSTUVWXY"), ""),
    "be_national_number": ("be.nn", lambda: day("%y%m%d") + digits(5), "rijksregister "),
    "ro_cnp": ("ro.cnp", lambda: draw.choice("12") + day("%y%m%d") + f"{draw.randint(1, 46):02}" + digits(4), "cnp "),
    "cz_birth_number": ("cz.rc", lambda: day("%y%m%d", 1955) + "/" + digits(4), ""),
    "cl_rut": ("cl.rut", lambda: digits(8) + "-" + draw.choice("0123456789K"), "rut "),
    "pt_nif": ("pt.nif", lambda: draw.choice("12") + digits(8), "nif "),
    "ie_pps": ("ie.pps", lambda: digits(7) + letters(1, "WABCDEFGHIJKLMNOPQRSTUV"), "pps "),
    "th_id": ("th.pin", lambda: draw.choice("12345") + digits(12), "national id "),
    "mx_curp": ("mx.curp", lambda: draw.choice(["BOXW", "GARC", "LOMP"]) + day("%y%m%d") + draw.choice("HM") + draw.choice(["DF", "JC", "MN"]) + letters(3) + draw.choice("01") + digits(1), ""),
}


def other(text):
    last = text[-1]
    of = "0123456789" if last.isdigit() else AZ
    return text[:-1] + of[(of.index(last) + 1) % len(of)]


def ids(path):
    with open(path, "w") as out:
        for name, (module, make, words) in IDS.items():
            valid = importlib.import_module("stdnum." + module).is_valid
            good = [t for t in (make() for _ in range(60000)) if valid(t)][:12]
            assert len(good) == 12, name
            for t in good:
                out.write(f"{name}\t1\t{words}{t}\n")
            for t in map(other, good):
                if not valid(t):
                    out.write(f"{name}\t0\t{words}{t}\n")


PARTS = ["@", ".", "-", "a", "b1", "co", ".", "1", "25", "255", "256", "8.8.8.8", "é", "_", " ", "[", "]", ":", "x@y.z", "0",
         "19", "2", "%", "..", "@", "10.0.0.1", "http://", "joe@", "[1.2.3.4]", "01.2.3.4", "、", "+"]


def fineweb(path):
    f = PIIFormatter()
    with open(path, "w") as out:
        for _ in range(1500):
            text = "".join(draw.choice(PARTS) for _ in range(draw.randint(1, 24)))
            f.emails_replacer._replace_i = f.ip_replacer._replace_i = 0
            out.write(f"{text}\t{f.format(text)}\n")


ids(sys.argv[1] + "/pii_ids.tsv")
fineweb(sys.argv[1] + "/pii_fineweb.tsv")
